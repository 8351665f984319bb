def price(n):
    return n * rate
None
# %%
#! expect = "raised: NameError: name 'rate' is not defined"
price(2)
# %%
rate = 10
price(2)
#= 20
# %%
rate = 11
price(2)
#= 22
