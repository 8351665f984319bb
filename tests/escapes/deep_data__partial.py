#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "completed | raised: RecursionError | exceeded: stack"
import functools
f = int
for _ in range(100_000):
    f = functools.partial(map, f)
repr(f)
