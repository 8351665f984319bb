class A:
    shared = []
    count = 0
    def __init__(self, n):
        self.n = n
        A.count += 1
    def method(self): return self.n
    @classmethod
    def make(cls, n): return cls(n * 2)
    @staticmethod
    def helper(n): return n + 1
    @property
    def double(self): return self.n * 2
    @double.setter
    def double(self, v): self.n = v // 2
    @double.deleter
    def double(self): self.n = None
a = A(1)
b = A.make(2)
a.double = 10
print(a.n, b.n, A.count, A.helper(1), a.double, a.method(), A.method(b))
del a.double
print(a.n, vars(b), hasattr(a, "x"), getattr(a, "x", "none"))
