import math
for bad in [lambda: math.sqrt(-1), lambda: math.log(0), lambda: math.factorial(-1), lambda: math.exp(1000), lambda: math.floor(math.inf), lambda: math.acos(2), lambda: math.comb(-1, 2), lambda: math.sqrt("4"), lambda: math.factorial(2.5)]:
    try:
        bad()
    except (ValueError, OverflowError, TypeError) as error:
        print(type(error).__name__)
print(math.log(10 ** 400), math.floor(10 ** 30 / 7) == int(10 ** 30 / 7), math.gamma(5), math.lgamma(100.5) > 0, math.erf(0.5) > 0.5)
