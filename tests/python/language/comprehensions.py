print([x * y for x in range(3) for y in range(3) if x != y])
print({k: v for k, v in zip("abc", range(3)) if v})
print(sorted({len(w) for w in "a bb cc ddd".split()}))
print([[j for j in range(i)] for i in range(4)])
print(sum(n for n in range(10) if n % 2), max((len(w), w) for w in ["a", "ccc", "bb"]))
x = "outer"
[x for x in range(3)]
print(x)
print([(a, b) for a, *b in [(1, 2, 3), (4,)]])
print(dict((v, k) for k, v in {"a": 1}.items()), {**{"a": 1}, "b": 2}, [*range(2), *"ab"])
