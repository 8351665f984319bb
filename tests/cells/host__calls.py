echo(1), echo("x"), echo(None), echo([1, {"a": 2.5}])
#! expect.host_calls = 4
#= (1, 'x', None, [1, {'a': 2.5}])
# %%
add(1), add(1, 2), add(1, b=5), add(*[2], **{"b": 3})
#= (2, 3, 6, 5)
# %%
echo, echo.__name__, callable(echo), type(echo).__name__
#= (<host function echo>, 'echo', True, 'host_function')
# %%
list(map(echo, "abc")), sorted([3, 1, 2], key=echo), [add(n) for n in range(3)]
#= (['a', 'b', 'c'], [1, 2, 3], [1, 2, 3])
