big = list(range(100_000))
big
#= [0, 1, 2, <*>
# %%
len(big)
#= 100000
