from functools import lru_cache
@lru_cache(None)
def ways(n, coins=(1, 5, 10, 25)):
    return 1 if n == 0 else 0 if n < 0 or not coins else ways(n - coins[-1], coins) + ways(n, coins[:-1])
print(ways(100))
def lcs(a, b):
    t = [[""] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a)):
        for j in range(len(b)):
            t[i + 1][j + 1] = t[i][j] + a[i] if a[i] == b[j] else max(t[i][j + 1], t[i + 1][j], key=len)
    return t[-1][-1]
print(lcs("AGGTAB", "GXTXAYB"))
def queens(n, row=0, cols=()):
    return 1 if row == n else sum(queens(n, row + 1, cols + (c,)) for c in range(n) if all(c != k and abs(c - k) != row - r for r, k in enumerate(cols)))
print(queens(6))
