print(list(reversed([1, 2])), list(reversed("ab")), list(reversed({"a": 1, "b": 2})), next(iter([]), "d"))
it = iter("abc")
print(next(it), list(zip(it, it)), list(it))
print([1, 2, 3][slice(None, None, -1)], slice(1, 2).start, list(iter(range(3))))
try:
    reversed({1, 2})
except TypeError as error:
    print("TypeError")
try:
    next(5)
except TypeError as error:
    print(error)
