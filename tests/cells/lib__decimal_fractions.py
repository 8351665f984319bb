from decimal import Decimal, getcontext, ROUND_HALF_UP
from fractions import Fraction
Decimal("0.1") + Decimal("0.2"), Decimal("2.675").quantize(Decimal("0.01"), ROUND_HALF_UP), Decimal(1) / Decimal(7), Decimal("1e3").to_integral(), Decimal("12.50").normalize()
#= (Decimal('0.3'), Decimal('2.68'), Decimal('0.1428571428571428571428571429'), Decimal('1E+3'), Decimal('12.5'))
# %%
Fraction(3, 6) + Fraction(1, 3), Fraction("0.125"), Fraction(0.5).limit_denominator(10), float(Fraction(1, 4))
#= (Fraction(5, 6), Fraction(1, 8), Fraction(1, 2), 0.25)
