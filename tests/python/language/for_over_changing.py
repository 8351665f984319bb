items = [1, 2, 3, 4]
for n in items:
    if n % 2:
        items.remove(n)
print(items)
d = {"a": 1, "b": 2}
try:
    for k in d:
        d[k + "!"] = 0
except RuntimeError as error:
    print(error)
s = {1, 2}
try:
    for v in s:
        s.add(v + 10)
except RuntimeError as error:
    print(error)
