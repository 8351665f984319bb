x = "global"
class C:
    x = "class"
    def f(self): return x
    y = [x for _ in range(1)]
    z = x
print(C().f(), C.z)
def f():
    x = "local"
    class D:
        v = x
    return D.v
print(f())
