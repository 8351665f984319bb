import json
data = {"b": [1, 2.5, True, None, "é\n\"x\""], "a": {}, "e": []}
print(json.dumps(data)); print(json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
print(json.dumps(data, indent=2)); print(json.dumps([[]], indent=1), json.dumps((1, 2)), json.dumps("\u2028😀"))
print(json.dumps({1: 1, None: 2, True: 3, 1.5: 4}), json.dumps(float("nan")), json.dumps(10 ** 20), json.dumps(1e100), json.dumps(-0.0))
