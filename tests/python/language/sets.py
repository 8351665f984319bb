a, b = {1, 2, 3}, {3, 4}
print(a | b, a & b, a - b, a ^ b, a >= {1}, a.isdisjoint({9}), {1} < a)
a.add(9); a.discard(77); a.update([5], (6,)); a.intersection_update({9, 5, 1})
print(sorted(a), frozenset([1]) | {2}, {frozenset({1}): "k"}[frozenset({1})])
try:
    a.remove("zz")
except KeyError as error:
    print(error)
try:
    {[]}
except TypeError as error:
    print("unhashable type: 'list'" in str(error))
print(set() == frozenset(), len({1, 1.0, True}), sorted(set("hello")))
