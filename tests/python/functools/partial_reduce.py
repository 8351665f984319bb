import functools, operator
add5 = functools.partial(operator.add, 5)
print(add5(3), functools.reduce(operator.mul, [1, 2, 3, 4]), functools.reduce(lambda a, b: a + [b], [1, 2], []), add5.func is operator.add, add5.args)
print(functools.partial(int, base=2)("101"), functools.partial(print, sep="-").keywords)
try:
    functools.reduce(operator.add, [])
except TypeError as error:
    print("TypeError")
print(sorted(["bb", "a"], key=functools.cmp_to_key(lambda a, b: len(a) - len(b))))
