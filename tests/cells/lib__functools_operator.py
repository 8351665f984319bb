import functools, operator
functools.reduce(operator.mul, [1, 2, 3, 4]), functools.partial(int, base=2)("101"), sorted([(2, "a"), (1, "b")], key=operator.itemgetter(0)), operator.attrgetter("real")(5), functools.cmp_to_key(lambda a, b: b - a)(1) < functools.cmp_to_key(lambda a, b: b - a)(0)
#= (24, 5, [(1, 'b'), (2, 'a')], 5, True)
# %%
@functools.singledispatch
def kind(x): return "any"
@kind.register
def _(x: int): return "int"
class Lazy:
    @functools.cached_property
    def value(self):
        print("computed")
        return 5
l = Lazy()
kind(1), kind("s"), l.value + l.value
#> computed
#= ('int', 'any', 10)
