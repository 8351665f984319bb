#! expect = "exceeded: wall | exceeded: fuel | exceeded: memory"
from fractions import Fraction
Fraction(1, 3) ** 10_000_000
