print = None
# %%
#! expect = "raised: TypeError"
print("x")
# %%
del print
print("back")
#> back
