7 // 2, -7 // 2, 7 % -3, divmod(-7, 2), 2 ** -1, pow(3, 100, 7), round(2.5), round(3.14159, 2), abs(-3), int("ff", 16), 0b101
#= (3, -4, -2, (-4, 1), 0.5, 4, 2, 3.14, 3, 255, 5)
# %%
(10**30).bit_length(), (255).to_bytes(2, "big"), int.from_bytes(b"\x01\x00", "big"), (0.5).as_integer_ratio(), float("1e-5"), complex(1, 2) * 2, hash(1) == hash(1.0)
#= (100, b'\x00\xff', 256, (1, 2), 1e-05, (2+4j), True)
# %%
import math
math.isqrt(10**20), math.gcd(12, 18), math.comb(10, 3), math.factorial(20), math.isclose(0.1 + 0.2, 0.3), math.prod([1, 2, 3])
#= (10000000000, 6, 120, 2432902008176640000, True, 6)
