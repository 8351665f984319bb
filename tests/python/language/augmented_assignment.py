n = 7
n += 3; n -= 1; n *= 4; n //= 5; n **= 2; n %= 30; n <<= 3; n >>= 1; n |= 1; n ^= 2; n &= 0xFF
print(n)
a = b = [1]
a += [2]
print(b, a is b)
t = u = (1,)
t += (2,)
print(u, t)
d = {"k": [1]}
d["k"] += [2]
d |= {"z": 0}
print(d)
x = 7.0
x /= 2
print(x)
