print(..., type(...).__name__, Ellipsis is ..., NotImplemented)
def stub(): ...
print(stub())
class A:
    def __eq__(self, o): return NotImplemented
print(A() == A(), A() != 1)
