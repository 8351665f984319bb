import math
n = 2 ** 200 + 1
print(n, n % 97, n // 10 ** 50, -n >> 100, n.bit_length(), math.isqrt(n), hash(n) == hash(n))
print(math.factorial(30), pow(3, 1000, 10 ** 9 + 7), pow(7, -1, 31), int("9" * 50) + 1)
print((10 ** 30).to_bytes(13, "big").hex(), int.from_bytes(b"\x01\x02", "little"), (-5).to_bytes(2, "big", signed=True))
