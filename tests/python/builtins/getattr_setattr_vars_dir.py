class A:
    z = 1
a = A()
setattr(a, "x", 5)
print(getattr(a, "x"), getattr(a, "q", None), hasattr(a, "z"), vars(a), [n for n in dir(a) if not n.startswith("_")])
delattr(a, "x")
print(vars(a))
try:
    getattr(a, "missing")
except AttributeError as error:
    print(error)
