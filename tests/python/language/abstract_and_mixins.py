from abc import ABC, abstractmethod
class Shape(ABC):
    @abstractmethod
    def area(self): ...
    def __lt__(self, o): return self.area() < o.area()
class Named:
    def __str__(self): return f"{type(self).__name__}({self.area()})"
class Sq(Named, Shape):
    def __init__(self, s): self.s = s
    def area(self): return self.s ** 2
print(*sorted([Sq(3), Sq(1)]))
