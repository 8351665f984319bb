class V:
    def __init__(self, *p): self.p = p
    def __repr__(self): return f"V{self.p}"
    def __eq__(self, o): return isinstance(o, V) and self.p == o.p
    def __hash__(self): return hash(self.p)
    def __lt__(self, o): return self.p < o.p
    def __add__(self, o): return V(*(a + b for a, b in zip(self.p, o.p)))
    def __radd__(self, o): return self if o == 0 else NotImplemented
    def __mul__(self, k): return V(*(k * a for a in self.p))
    __rmul__ = __mul__
    def __neg__(self): return self * -1
    def __abs__(self): return sum(a * a for a in self.p) ** 0.5
    def __len__(self): return len(self.p)
    def __getitem__(self, i): return self.p[i]
    def __contains__(self, v): return v in self.p
    def __bool__(self): return any(self.p)
    def __matmul__(self, o): return sum(a * b for a, b in zip(self.p, o.p))
    def __int__(self): return 7
    def __index__(self): return 2
    def __format__(self, spec): return f"<{spec}>"
    def __call__(self): return "called"
v, w = V(3, 4), V(1, 2)
print(v + w, 2 * v, -w, abs(v), len(v), v[0], v[-1:], 4 in v, bool(V(0)), v @ w, sum([v, w]))
print(sorted([v, w]), {v: 1}[V(3, 4)], int(v), [0, 1, 2][v], f"{v:spec}", v(), v != w, list(v))
try:
    v + 1
except AttributeError as error:
    print(error)
try:
    1 + w
except TypeError as error:
    print(error)
