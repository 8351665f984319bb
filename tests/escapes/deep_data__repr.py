#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: RecursionError | exceeded: stack"
a = []
for _ in range(100_000):
    a = [a]
repr(a)
# %%
#! expect = "raised: RecursionError | exceeded: stack | raised: NameError"
str({"a": a})
