data = [("b", 2), ("a", 2), ("c", 1)]
print(sorted(data), sorted(data, key=lambda t: t[1]), sorted(data, key=lambda t: (-t[1], t[0])), sorted("hello", reverse=True))
a = [3, 1, 2]
print(a.sort(), a, a.sort(reverse=True), a)
try:
    sorted([1, "a"])
except TypeError as error:
    print(error)
print(sorted([1.5, True, 0]), sorted({"b": 1, "a": 2}), sorted([[2], [1, 5], [1]]))
print(sorted(["B", "a", "C"], key=str.lower), sorted([(1, "x"), (0, "y")], reverse=True))
