import functools
calls = []
@functools.lru_cache(maxsize=2)
def f(n):
    calls.append(n)
    return n * 2
print([f(1), f(1), f(2), f(3), f(1)], calls, f.cache_info())
f.cache_clear()
print(f.cache_info().currsize, f.__wrapped__(5))
class C:
    @functools.cached_property
    def v(self):
        print("computed")
        return 5
c = C()
print(c.v, c.v, c.__dict__)
@functools.cache
def g(*a, **k): return (a, k)
print(g(1, x=2) is g(1, x=2))
try:
    f([])
except TypeError as error:
    print(error)
