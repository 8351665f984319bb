a = [1]
a.append(a)
a
#= [1, [...]]
# %%
d = {"me": None}
d["me"] = d
d
#= {'me': {...}}
# %%
[[[[1]]]], ({2: {3: (4,)}},)
#= ([[[[1]]]], ({2: {3: (4,)}},))
#! known = "the display does not look for cycles, it cuts at eight levels"
