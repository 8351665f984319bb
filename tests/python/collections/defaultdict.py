from collections import defaultdict
d = defaultdict(list)
for k, v in [("a", 1), ("b", 2), ("a", 3)]:
    d[k].append(v)
print(d, dict(d), d.get("zz"), "zz" in d, d["new"], len(d), d.default_factory)
n = defaultdict(lambda: defaultdict(int))
n["x"]["y"] += 1
print(n["x"]["y"], {k: dict(v) for k, v in n.items()})
try:
    defaultdict(None)["k"]
except KeyError as error:
    print(repr(error))
