import json
values = [0, -1, 1.0, 1e400, "", "\x00\x1f\"\\/", "\u2028", [], {}, [[[]]], {"": None}, True, 2 ** 63, 1e-320]
for v in values:
    t = json.dumps(v)
    print(t, json.loads(t) == v, type(json.loads(t)) is type(v))
print(json.dumps({"k": (1, 2)}), json.loads("[1.0]"), json.dumps([1, [2]], indent=0).splitlines(), json.dumps({"b": 1, "a": {"d": 1, "c": 2}}, sort_keys=True, indent="\t"))
