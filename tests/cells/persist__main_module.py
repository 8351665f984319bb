import sys
me = sys.modules["__main__"]
mark = 7
me.mark, __name__
#= (7, '__main__')
# %%
me.other = 8
# %%
other
#= 8
# %%
globals()["third"] = 9
# %%
third
#= 9
