from fractions import Fraction as F
print(F(1, 3) + F(1, 6), F("0.125"), F(0.5), F("3/4") * 2, F(7, 2) // 1, F(-7, 2) % 2, F(3, 4) ** 2, F(22, 7).limit_denominator(5), F(1, 3) < 0.34, float(F(1, 8)), F(4, 2), F(6, 4).numerator, round(F(7, 3)), F(1, 2) == 0.5, int(F(7, 2)), sum([F(1, 2)] * 4), repr(F(1, 2)), F(1, 3) + 1, F(1, 2) + 0.5, -F(1, 2), abs(F(-1, 2)), F(3.14).limit_denominator(100))
for bad in [lambda: F(1, 0), lambda: F("x"), lambda: F(1.5, 2)]:
    try:
        bad()
    except (ZeroDivisionError, ValueError, TypeError) as error:
        print(type(error).__name__)
