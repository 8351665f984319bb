import pprint, reprlib
pprint.pprint({"b": list(range(30)), "a": "x"}, width=60)
#> {'a': 'x',
#>  'b': [0,
#>        1,
#>        2,
#>        <*>
#>        29]}
# %%
print(pprint.pformat([[1, 2], {"k": (3,)}]), reprlib.repr(list(range(100))))
#> [[1, 2], {'k': (3,)}] [0, 1, 2, 3, 4, 5, ...]
