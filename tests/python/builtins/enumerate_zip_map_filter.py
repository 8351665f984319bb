print(list(enumerate("ab", 1)), list(zip("abc", range(2))), list(map(lambda a, b: a + b, [1, 2], [3, 4, 5])))
print(list(filter(None, [0, 1, "", "x"])), list(filter(str.isdigit, "a1b2")), dict(zip("ab", [1, 2])))
print(list(zip(*[(1, "a"), (2, "b")])), list(zip()))
try:
    list(zip([1], [1, 2], strict=True))
except ValueError as error:
    print(error)
m = map(str, [1, 2])
print(next(m), list(m), list(m))
