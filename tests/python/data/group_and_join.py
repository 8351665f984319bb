orders = [{"id": 1, "c": "x", "n": 3}, {"id": 2, "c": "y", "n": 5}, {"id": 3, "c": "x", "n": 4}]
names = {"x": "Xavier", "y": "Yann"}
totals = {}
for o in orders: totals.setdefault(o["c"], []).append(o["n"])
print({names[c]: sum(v) for c, v in totals.items()}, sorted(orders, key=lambda o: (-o["n"], o["id"]))[0])
from itertools import groupby
from operator import itemgetter
print([(k, [o["id"] for o in g]) for k, g in groupby(sorted(orders, key=itemgetter("c")), key=itemgetter("c"))])
print({**orders[0], "extra": True}, [o | {"total": o["n"] * 2} for o in orders][0], next((o for o in orders if o["n"] > 4), None))
