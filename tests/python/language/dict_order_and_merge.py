d = {"b": 1, "a": 2}
d["c"] = 3
d["b"] = 9
print(d, list(d), d | {"a": 0, "z": 1}, list(reversed(d)))
del d["b"]
d["b"] = 1
print(list(d.items()), d.popitem(), d.pop("zz", "none"), d.setdefault("n", []), d.get("q"))
print(dict([("x", 1)], y=2), dict.fromkeys("ab", 0), {1: "int", 1.0: "float", True: "bool"})
k = d.keys()
d["new"] = 1
print("new" in k, k & {"a", "new"} == {"a", "new"}, d.items() >= {("a", 2)})
