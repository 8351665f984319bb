import reprlib
print(reprlib.repr(list(range(100))), reprlib.repr("x" * 100), reprlib.repr({i: i for i in range(10)}))
class L:
    @reprlib.recursive_repr()
    def __repr__(self): return f"L({self.me!r})"
l = L()
l.me = l
print(l)
