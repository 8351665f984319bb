import json, datetime, decimal
for bad, kw in [({1, 2}, {}), ({(1,): 2}, {}), (float("inf"), {"allow_nan": False}), (object, {}), (b"x", {})]:
    try:
        json.dumps(bad, **kw)
    except (TypeError, ValueError) as error:
        print(type(error).__name__, str(error).removesuffix(": inf"))
print(json.dumps({"d": datetime.date(2024, 1, 1), "s": decimal.Decimal("1.5")}, default=str), json.dumps({(1,): 2, "k": 1}, skipkeys=True))
a = []
a.append(a)
try:
    json.dumps(a)
except ValueError as error:
    print(error)
class E(json.JSONEncoder):
    def default(self, o): return sorted(o) if isinstance(o, set) else super().default(o)
print(json.dumps({3, 1}, cls=E))
