#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "completed | raised: RecursionError | exceeded: stack"
a = []
for _ in range(1_000_000):
    a = [a]
del a
# %%
#! expect = "completed | raised: RecursionError | exceeded: stack | raised: NameError"
import gc
gc.collect()
