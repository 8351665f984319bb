r = range(2, 20, 3)
print(list(r), len(r), r[2], r[-1], 11 in r, 12 in r, r.index(8), r.count(5), r[1:4], list(reversed(r)))
print(range(3) == range(0, 3, 1), range(0), list(range(5, 0, -2)), hash(range(3)) == hash(range(3)), 10 ** 20 in range(10 ** 30))
try:
    range(0, 1, 0)
except ValueError as error:
    print(error)
