n = 60
sieve = bytearray([1]) * (n + 1)
sieve[0:2] = b"\0\0"
for i in range(2, int(n ** 0.5) + 1):
    if sieve[i]: sieve[i * i::i] = bytes(len(sieve[i * i::i]))
print([i for i, p in enumerate(sieve) if p])
a = [[1, 2], [3, 4]]
print([[sum(x * y for x, y in zip(r, c)) for c in zip(*a)] for r in a], list(map(list, zip(*a))))
def rot(m): return [list(r) for r in zip(*m[::-1])]
print(rot(a), sum(a, []), [[int(i == j) for j in range(3)] for i in range(3)])
