#! expect = "completed | raised: <*>"
__builtins__ = {}
# %%
#! expect = "completed | raised: <*>"
print("x")
