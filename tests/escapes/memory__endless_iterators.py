#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! limits.memory_bytes = 64_000_000
#! expect = "exceeded: memory"
import itertools
"".join(itertools.repeat("x"))
# %%
#! expect = "exceeded: memory"
print(*range(10 ** 9))
# %%
#! expect = "exceeded: memory"
import itertools
b"".join(itertools.repeat(b"x"))
# %%
#! expect = "exceeded: memory"
import itertools
dict.fromkeys(itertools.count())
