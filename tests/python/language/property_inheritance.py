class A:
    @property
    def v(self): return "A"
class B(A):
    @A.v.getter
    def v(self): return "B" + super().v
class C(A):
    v = "plain"
print(A().v, B().v, C().v, isinstance(A.__dict__["v"], property))
