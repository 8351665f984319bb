with open("a.txt", "w") as f:
    f.write("before")
held = open("a.txt")
# %%
#! expect = "exceeded: wall"
#! expect.undone = true
#! limits.wall_ms = 300
with open("a.txt", "w") as f:
    f.write("after")
sum(range(10 ** 13))
# %%
open("a.txt").read(), held.read()
#= ('before', 'before')
