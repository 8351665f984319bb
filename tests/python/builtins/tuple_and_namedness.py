t = (1, "a", 1)
print(t.count(1), t.index("a"), t + (2,), t * 2, (1,), (), tuple("ab"), t[::-1], hash((1, 2)) == hash((1, 2)))
a, b, c = t
print(a, (a, b) == (1, "a"), (1, 2) < (1, 3), max((1, 5), (2, 0)))
try:
    t[0] = 5
except TypeError as error:
    print(error)
