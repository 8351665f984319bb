if (n := len("hello")) > 3:
    print(n)
#> 5
[y := 1, y ** 2, (z := y + 1)], y, z
#= ([1, 1, 2], 1, 2)
# %%
first, *middle, last = range(6)
first, middle, last, [*middle, *"ab"], {**{"a": 1}, "b": 2}, (*[1], *(2,))
#= (0, [1, 2, 3, 4], 5, [1, 2, 3, 4, 'a', 'b'], {'a': 1, 'b': 2}, (1, 2))
# %%
def f(a, /, b, *args, c=1, **kwargs):
    return a, b, args, c, kwargs
f(1, 2, 3, c=4, d=5), f(1, b=2)
#= ((1, 2, (3,), 4, {'d': 5}), (1, 2, (), 1, {}))
# %%
*[1, 2], 3
#= (1, 2, 3)
