"""Primes with a bytearray and slices."""

def primes(n):
    flags = bytearray(b"\x01") * (n + 1)
    flags[0] = flags[1] = 0
    for i in range(2, int(n**0.5) + 1):
        if flags[i]:
            flags[i * i :: i] = bytes(len(range(i * i, n + 1, i)))
    return flags.count(1)

#: timed
print(primes(2_000_000))
