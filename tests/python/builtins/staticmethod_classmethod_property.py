class A:
    @classmethod
    def c(cls): return cls.__name__
    @staticmethod
    def s(): return "s"
    n = property(lambda self: 5, doc="the n")
class B(A): pass
print(B.c(), B().s(), B().n, A.n.__doc__, A.n.fset)
try:
    B().n = 3
except AttributeError as error:
    print("AttributeError")
