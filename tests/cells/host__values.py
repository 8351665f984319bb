same = lambda x: (echo(x) == x, type(echo(x)) is type(x))
values = [0, -1, 2**63 - 1, -2**63, 2**63, 10**500, -10**500, True, False, None, 1.5, -0.0, 1e308, float("inf"),
          "", "ä漢🦀", "a\nb", "nul\0nul", b"", b"\x00\xff", [], [[]], {}, {"a": {"b": [1, 2]}}, {1: 2, None: 3, 2.5: 4, True: 5}]
[value for value in values if same(value) != (True, True)]
#= []
# %%
nan = echo(float("nan"))
nan != nan, str(echo(-0.0)), echo((1, 2)), sorted(echo({1, 2})), echo(bytearray(b"x")), echo(frozenset([3]))
#= (True, '-0.0', [1, 2], [1, 2], b'x', [3])
# %%
echo({"a": 1, "z": 2, "b": 3}) == {"a": 1, "z": 2, "b": 3}, list(echo({"z": 1, "a": 2}))
#= (True, ['z', 'a'])
# %%
echo({(1, 2): "tuple key"})
#= {'[1, 2]': 'tuple key'}
