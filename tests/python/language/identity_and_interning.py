a = [1]
b = [1]
print(a == b, a is b, a is not b, None is None, () is ())
x = 256
print(x is 256 if False else x == 256)
print(id(a) == id(a), type(a) is list, isinstance(True, int), type(True) is int)
