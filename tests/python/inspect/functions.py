import inspect
def f(a, b: int = 2, *args, c, d=4, **kw) -> str:
    """Docs
       here."""
    return ""
s = inspect.signature(f)
print(s, list(s.parameters), s.parameters["b"].default, s.parameters["c"].kind.name, s.return_annotation, inspect.getdoc(f))
print(s.bind(1, c=3).arguments, inspect.isfunction(f), inspect.isclass(int), inspect.isgeneratorfunction(lambda: (yield)), inspect.getfullargspec(f).kwonlyargs, inspect.ismethod("".join))
class A:
    def m(self, x): pass
print(inspect.signature(A.m), inspect.signature(A().m), [n for n, _ in inspect.getmembers(A, inspect.isfunction)], inspect.getmro(A)[1].__name__, inspect.iscoroutinefunction(f))
try:
    s.bind(1)
except TypeError as error:
    print(error)
