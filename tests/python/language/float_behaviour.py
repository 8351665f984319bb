import math
nan, inf = float("nan"), float("inf")
print(nan == nan, nan in [nan], inf > 10 ** 400, -inf, 0.0 == -0.0, math.copysign(1, -0.0))
print(1e308 * 10, 5e-324, 0.1 .hex(), float.fromhex("0x1.8p1"), (0.75).as_integer_ratio(), (2.0).is_integer())
print(repr(1e22), repr(1e21), repr(123456789.123), 1e-5, 0.0001, 1e15, 1e16, 100000000000000000000.0)
for bad in [lambda: 1 / 0, lambda: 1.0 % 0, lambda: 0 ** -1, lambda: int(inf), lambda: int(nan), lambda: 10.0 ** 400]:
    try:
        bad()
    except Exception as error:
        print(type(error).__name__)
