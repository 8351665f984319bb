import functools
def twice(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        return f(*args, **kwargs) * 2
    return wrapper
@twice
def five():
    "Gives five."
    return 5
five(), five.__name__, five.__doc__
#= (10, 'five', 'Gives five.')
# %%
@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
fib(90), fib.cache_info().hits
#= (2880067194370816120, 88)
# %%
class Celsius:
    def __init__(self, degrees):
        self._degrees = degrees
    @property
    def kelvin(self):
        return self._degrees + 273
    @kelvin.setter
    def kelvin(self, value):
        self._degrees = value - 273
    @classmethod
    def boiling(cls):
        return cls(100)
    @staticmethod
    def unit():
        return "C"
c = Celsius.boiling()
c.kelvin = 300
c.kelvin, c._degrees, Celsius.unit(), Celsius.boiling().kelvin
#= (300, 27, 'C', 373)
