#! expect = "completed | raised: <*>"
home = print.__self__
home.len = home.repr = home.str = None
home.print = lambda *args, **kwargs: 1 / 0
# %%
print(len("abc"), repr(1), str(2))
#> 3 1 2
# %%
vars(print.__self__).pop("isinstance")
vars(print.__self__)["isinstance"] = lambda *args: True
# %%
isinstance(1, str)
#= False
# %%
globals()["__buil" + "tins__"] = {}
# %%
sorted([2, 1])
#= [1, 2]
# %%
class Key:
    def __hash__(self): return hash("len")
    def __eq__(self, other): raise SystemExit
vars(print.__self__)[Key()] = 1
len("ab")
#! expect = "completed | raised: <*>"
# %%
print.__self__.added = "stays"
# %%
added, len([1])
#= ('stays', 1)
