#! context = "line of it\nand another\n"
#! limits.wall_ms = 15_000
# The answer is cut, and says so.
text = "ab" * 2_000_000
found = search("a", text, most=10 ** 9)
len(found) <= 100_000, found.cut
#= (True, True)
# %%
#! limits.wall_ms = 5_000
#! limits.memory_bytes = 64_000_000
#! expect = "completed | raised: <*> | exceeded: memory | exceeded: wall"
search("a", text, most=10 ** 5, around=10 ** 6)
# %%
#! expect = "completed | raised: <*> | exceeded: memory | exceeded: wall"
chunks(1, text=text)
# %%
#! expect = "completed | raised: <*> | exceeded: memory | exceeded: wall"
lines(text="\n" * 4_000_000)
# %%
#! expect = "completed | raised: <*> | exceeded: memory | exceeded: wall"
rank("a b", text=[f"word{n} a" for n in range(100_000)])
# %%
#! expect = "completed | raised: <*> | exceeded: wall | exceeded: fuel"
for _ in range(10 ** 7):
    count("e")
# %%
# One text counted a thousand times over.
#! expect = "completed | raised: <*> | exceeded: wall | exceeded: memory"
count("a", [text] * 1000)
# %%
#! expect = "completed | raised: <*>"
held = []
held.append(held)
count("a", held)
# %%
count("line"), tokens() > 0
#= (1, True)
