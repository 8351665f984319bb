#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "completed | raised: RecursionError | exceeded: stack | exceeded: wall | exceeded: fuel | exceeded: memory"
t = int
for _ in range(50_000):
    t = list[t]
repr(t)
