#! expect = "exceeded: wall | exceeded: fuel | exceeded: memory"
import math
math.factorial(10 ** 8)
