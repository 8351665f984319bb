import enum
class Planet(enum.Enum):
    EARTH = (5.97e24, 6.37e6)
    MARS = (6.42e23, 3.39e6)
    def __init__(self, mass, radius):
        self.mass, self.radius = mass, radius
    @property
    def g(self): return round(6.67e-11 * self.mass / self.radius ** 2, 2)
    @classmethod
    def heaviest(cls): return max(cls, key=lambda p: p.mass)
print(Planet.EARTH.g, Planet.MARS.value, Planet.heaviest().name)
E = enum.Enum("E", "A B C")
print(list(E), E.B.value)
class M(enum.Enum):
    A = "a"
    @classmethod
    def _missing_(cls, value): return cls.A if str(value).lower() == "a" else None
print(M("A"))
