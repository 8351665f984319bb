def f(): return helper()
def helper(): return 1
print(f())
def helper(): return 2
print(f())
x = 1
def g(): return x
x = 5
print(g())
class A:
    def m(self): return "old"
a = A()
A.m = lambda self: "new"
print(a.m())
del x
try:
    g()
except NameError as error:
    print(error)
