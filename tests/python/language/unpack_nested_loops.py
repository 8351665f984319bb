data = [("a", (1, 2)), ("b", (3, 4))]
for i, (name, (x, y)) in enumerate(data, 1):
    print(i, name, x + y)
print({k: v for k, (_, v) in data}, [x for _, (x, *_) in data], list(zip(*(v for _, v in data))))
