#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: RecursionError | exceeded: stack"
import copy
a = []
for _ in range(100_000):
    a = [a]
copy.deepcopy(a)
# %%
#! expect = "raised: RecursionError | exceeded: stack"
import pickle
a = []
for _ in range(100_000):
    a = [a]
pickle.dumps(a)
