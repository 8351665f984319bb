class Meta(type):
    registry = {}
    def __new__(m, name, bases, ns, **kw):
        ns["made_with"] = kw
        cls = super().__new__(m, name, bases, ns)
        m.registry[name] = cls
        return cls
    def __init__(cls, name, bases, ns, **kw): super().__init__(name, bases, ns)
    def __call__(cls, *a):
        print("creating", cls.__name__)
        return super().__call__(*a)
    def __len__(cls): return 42
class A(metaclass=Meta, flag=1): pass
class B(A): pass
A(); B()
print(A.made_with, sorted(Meta.registry), len(A), type(B).__name__)
print(type("Dyn", (A,), {"x": 1}).x)
