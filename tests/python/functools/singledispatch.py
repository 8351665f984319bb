import functools
@functools.singledispatch
def show(x): return f"any {x}"
@show.register
def _(x: int): return f"int {x}"
@show.register(list)
@show.register(tuple)
def _(x): return f"seq {len(x)}"
print(show(1), show("a"), show([1]), show((1, 2)), show(True), show.dispatch(float).__name__)
class A:
    @functools.singledispatchmethod
    def m(self, x): return "default"
    @m.register
    def _(self, x: str): return "str"
print(A().m(1), A().m("x"))
