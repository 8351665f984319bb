d = {"a": 1, "b": 2}
k, v, i = d.keys(), d.values(), d.items()
d["c"] = 3
print(k, v, i, len(k), "c" in k, ("a", 1) in i, list(reversed(k)), k - {"a"} == {"b", "c"}, k | {"z"} == {"a", "b", "c", "z"}, k == {"a", "b", "c"}, v == v, i.isdisjoint([]))
print(k.mapping["a"], sorted(i, key=lambda kv: -kv[1])[0])
