d = {"a": 1, "b": 2}
print(d.get("a"), d.get("z", 0), d.pop("a"), d.setdefault("c", 3), d.items(), d.keys(), d.values(), len(d), "b" in d)
d.update({"x": 1}, y=2); d.update([("z", 3)])
print(d, dict(d) == d, d.copy() is d, list(d)[0], next(iter(d.values())))
d.clear()
print(d, bool(d))
for bad in [lambda: {}["k"], lambda: {}.popitem(), lambda: {}.pop("k"), lambda: dict([1]), lambda: dict([(1, 2, 3)])]:
    try:
        bad()
    except (KeyError, TypeError, ValueError) as error:
        print(type(error).__name__)
