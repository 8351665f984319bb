#! expect = "raised: KeyError: 'stop'"
rows = []
for n in range(3):
    rows.append(n)
def helper():
    return rows
print("half way")
raise KeyError("stop")
#> half way
# %%
helper(), n
#= ([0, 1, 2], 2)
