def f(a, b=1, *, c=2):
    "doc"
print(f.__name__, f.__doc__, f.__defaults__, f.__kwdefaults__, f.__code__.co_varnames, f.__qualname__)
class C:
    "class doc"
    class Inner:
        def m(self): pass
print(C.__doc__, C.Inner.m.__qualname__, C.__bases__, C().__class__.__name__)
f.attr = 5
print(f.attr, f.__dict__, __name__)
