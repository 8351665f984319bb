#! expect = "raised: ValueError: stop"
found = []
found.append(1)
print("before")
#> before
raise ValueError("stop")
found.append(2)
# %%
found
#= [1]
