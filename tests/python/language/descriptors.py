class Typed:
    def __set_name__(self, owner, name): self.name = "_" + name
    def __init__(self, kind): self.kind = kind
    def __get__(self, obj, owner=None):
        return self if obj is None else getattr(obj, self.name, "unset")
    def __set__(self, obj, value):
        if not isinstance(value, self.kind):
            raise TypeError(f"{self.name[1:]} wants {self.kind.__name__}")
        setattr(obj, self.name, value)
class R:
    n = Typed(int)
    s = Typed(str)
r = R()
print(r.n)
r.n = 5
try:
    r.s = 5
except TypeError as error:
    print(error)
print(r.n, R.__dict__["n"].name, vars(r))
class NonData:
    def __get__(self, obj, owner): return "class level"
class S: x = NonData()
s = S()
print(s.x)
s.__dict__["x"] = "instance"
print(s.x)
