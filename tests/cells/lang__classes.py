class Vector:
    def __init__(self, *parts):
        self.parts = parts
    def __add__(self, other):
        return Vector(*(a + b for a, b in zip(self.parts, other.parts)))
    def __eq__(self, other):
        return self.parts == other.parts
    def __len__(self):
        return len(self.parts)
    def __getitem__(self, at):
        return self.parts[at]
    def __iter__(self):
        return iter(self.parts)
    def __contains__(self, part):
        return part in self.parts
    def __call__(self, scale):
        return Vector(*(scale * p for p in self.parts))
    def __bool__(self):
        return any(self.parts)
    def __repr__(self):
        return f"Vector{self.parts}"
    def __getattr__(self, name):
        return f"no {name}"
v = Vector(1, 2) + Vector(3, 4)
v, v == Vector(4, 6), len(v), v[0], list(v), 6 in v, v(2), bool(Vector(0, 0)), v.missing
#= (Vector(4, 6), True, 2, 4, [4, 6], True, Vector(8, 12), False, 'no missing')
# %%
from abc import ABC, abstractmethod
class Shape(ABC):
    registry = []
    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        Shape.registry.append(cls.__name__)
    @abstractmethod
    def area(self): ...
class Square(Shape):
    def area(self):
        return 4
Square().area(), Shape.registry
#= (4, ['Square'])
# %%
#! expect = "raised: TypeError: Can't instantiate abstract class Shape without an implementation for abstract method 'area'"
Shape()
# %%
class Meta(type):
    def __new__(mcls, name, bases, space):
        return super().__new__(mcls, name, bases, {**space, "made": name.lower()})
class Thing(metaclass=Meta):
    pass
Thing.made
#= 'thing'
# %%
class A:
    def who(self): return ["A"]
class B(A):
    def who(self): return ["B"] + super().who()
class C(A):
    def who(self): return ["C"] + super().who()
class D(B, C):
    def who(self): return ["D"] + super().who()
D().who(), [k.__name__ for k in D.__mro__]
#= (['D', 'B', 'C', 'A'], ['D', 'B', 'C', 'A', 'object'])
