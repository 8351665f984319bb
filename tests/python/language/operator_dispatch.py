class A:
    def __add__(self, o): return "A.add"
    def __radd__(self, o): return "A.radd"
    def __iadd__(self, o): return "A.iadd"
    def __eq__(self, o): return "eq"
    def __lt__(self, o): return "lt"
    def __gt__(self, o): return "gt"
class B(A):
    def __radd__(self, o): return "B.radd"
a, b = A(), B()
print(a + 1, 1 + a, a + b, b + a, a == 1, a < 1, 1 < a)
a += 1
print(a)
class M:
    def __rmatmul__(self, o): return ("rmatmul", o)
    def __rpow__(self, o): return ("rpow", o)
    def __rdivmod__(self, o): return ("rdivmod", o)
print(2 @ M(), 2 ** M(), divmod(2, M()))
