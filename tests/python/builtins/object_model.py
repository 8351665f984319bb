class A:
    pass
a = A()
a.__dict__["x"] = 1
print(a.x, a.__class__ is A, A.__dict__.get("x"), object.__subclasshook__ is not None, A.__module__)
class B: y = 2
a.__class__ = B
print(a.y, isinstance(a, B), a.x)
print(type(a).__mro__ == (B, object), super(B, a).__init__() is None)
