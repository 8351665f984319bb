import functools
@functools.total_ordering
class V:
    def __init__(self, n): self.n = n
    def __eq__(self, o): return self.n == o.n
    def __lt__(self, o): return self.n < o.n
print(V(1) <= V(2), V(3) > V(2), V(1) >= V(1), max([V(1), V(5)]).n)
def deco(f):
    @functools.wraps(f)
    def w(): return f()
    return w
@deco
def named():
    "docs"
print(named.__name__, named.__doc__, named.__wrapped__ is not None)
