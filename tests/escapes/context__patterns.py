#! context = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b"
count("(a*)*c"), count("(a|a)*c"), count("(a|aa)+$")
#= (0, 0, 0)
# %%
# What the host's search does not take, `re` does, within the cell's limits.
#! expect = "completed | raised: <*> | exceeded: wall | exceeded: fuel | exceeded: memory"
count("((a{1000}){1000}){1000}")
# %%
#! expect = "raised: <*> | exceeded: wall | exceeded: fuel | exceeded: stack"
count("(" * 100_000)
# %%
#! expect = "completed | raised: <*> | exceeded: wall | exceeded: fuel | exceeded: memory"
count("|".join(f"x{n}" for n in range(300_000)))
# %%
#! expect = "completed | exceeded: wall | exceeded: fuel"
search(r"(a*)*c\1")
# %%
count(r"(a)\1")
#= 24
# %%
#! expect = "raised: <*>"
count(10 ** 10_000)
# %%
#! expect = "raised: <*> | completed"
[count("\0"), count("\ud800")]
# %%
#! expect = "completed | raised: <*>"
search("", most=10 ** 18), search("a", most=-1), search("a", around=10 ** 18)
# %%
context[:2], count("b")
#= ('aa', 1)
