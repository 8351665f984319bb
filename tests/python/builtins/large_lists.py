a = list(range(100_000))
print(sum(a), a[-1], len(a[::7]), a.index(99_999), max(a), sorted(a, reverse=True)[0], len(set(a)), a[50_000:50_003])
d = {i: i * i for i in a}
print(d[999], len(d), sum(d.values()) % 1000)
print(len("x" * 1_000_000), ("ab" * 100_000).count("ba"), len(" ".join(map(str, a)).split()))
