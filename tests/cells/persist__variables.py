x = 20
# %%
x += 1
y = x * 2
# %%
x, y
#= (21, 42)
# %%
del x
# %%
#! expect = "raised: NameError: name 'x' is not defined"
x
# %%
y
#= 42
