def f(a, b, /, **kw): return a, b, kw
print(f(1, 2, a=3), {"a": 1} | {"b": 2}, {"x": 1}.items() | {("y", 2)} == {("x", 1), ("y", 2)})
print("prefix-x".removeprefix("prefix-"), [*range(3)][-1], f"{'x'=}", 1_000)
print(list(zip([1, 2], "ab", strict=True)), isinstance(1, int | None), (lambda: (yield))().__class__.__name__)
