#! expect = "exceeded: wall | exceeded: fuel | exceeded: memory | completed"
from fractions import Fraction
Fraction(1, 3) ** 10_000_000
