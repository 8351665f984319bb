print(all([]), any([]), all([1, 0]), any([0, ""]), sum([1, 2.5]), sum([[1], [2]], []), sum(range(101)))
print(min(3, 1, 2), max("apple", "pear", key=len), min([], default="none"), max([(1, "b"), (1, "a")]))
print(max([3, -7, 5], key=abs), min({"b": 1, "a": 2}), max("hello"))
try:
    max([])
except ValueError as error:
    print(type(error).__name__)
try:
    sum(["a", "b"], "")
except TypeError as error:
    print(error)
