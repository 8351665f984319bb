found = [1]
# %%
#! limits.fuel = 30_000_000
#! expect = "exceeded: fuel"
found.append(2)
while True:
    pass
# %%
#! limits.fuel = 20_000_000_000
found
#= [1, 2]
