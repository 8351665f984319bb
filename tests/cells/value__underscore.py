6 * 7
#= 42
# %%
_ + 1
#= 43
# %%
None
# %%
_
#= 43
# %%
#! expect = "raised: ZeroDivisionError"
1 / 0
# %%
_
#= 43
