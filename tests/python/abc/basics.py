from abc import ABC, abstractmethod
class Shape(ABC):
    @property
    @abstractmethod
    def area(self): ...
    @abstractmethod
    def name(self): return "base"
    @staticmethod
    @abstractmethod
    def s(): ...
class Sq(Shape):
    area = 4
    def name(self): return "sq/" + super().name()
    @staticmethod
    def s(): return 1
print(Sq().area, Sq().name(), sorted(Shape.__abstractmethods__))
class Half(Shape):
    area = 1
    def name(self): ...
try:
    Half()
except TypeError as error:
    print(type(error).__name__)
class Virtual: pass
Shape.register(Virtual)
print(isinstance(Virtual(), Shape), issubclass(Virtual, Shape))
