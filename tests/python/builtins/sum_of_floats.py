#! python = "3.12"
# Since 3.12 sums of floats make up for what rounding loses.
import math
from fractions import Fraction

print(sum([0.1] * 10), sum([0.1] * 10, 0.0), sum([1e100, 1.0, -1e100]), sum([1.0, 1e100, 1.0, -1e100]))
print(sum([0.1, 1, 0.2, 2, True]), sum([1, 2, 0.5, 3]), sum([0.5, 2**70]), sum([2**70, 0.5]))
print(sum([]), sum([], 0.0), sum([-0.0]), sum([-0.0], -0.0), sum([], -0.0))
print(sum([math.inf, 1.0]), sum([math.inf, -math.inf]), sum([1e308, 1e308]), sum([math.nan, 1.0]))
print(sum([2**62, 2**62, 2**62]), sum([-2**63, -1]), sum([2**63 - 1, 1, 0.5]), sum(range(10), 2**80))
print(sum([True, True, False]), sum([True]), sum([], True), type(sum([True], False)).__name__)
print(sum([0.5, Fraction(1, 2), 0.25]), sum([1, Fraction(1, 3)]), sum([1j, 0.5, 1]), sum([0.25, 2 + 1j, 0.5]))


class Number(int):
    def __add__(self, other):
        return f"{int(self)}+{other}"

    def __radd__(self, other):
        return Number(int(self) + other + 100)


class Amount(float):
    def __radd__(self, other):
        return 1000.0


print(sum([1, Number(2), 3]), sum([0.5, Amount(1.0), 0.5]), sum([Number(1)], 0.5))
print(sum([[1], [2]], []), sum([(1,), (2,)], ()))
for wrong in (["a"], [1, "a"], [1.0, "a"], [1, None]):
    try:
        print(sum(wrong))
    except TypeError as error:
        print(error)
print(sum([0.5, Number(1)]), sum([0.5, 2**62, Number(3)]), sum([Number(5)]), sum([], Number(7)))
