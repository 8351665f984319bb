#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "completed | raised: RecursionError | exceeded: stack | exceeded: wall | exceeded: fuel | exceeded: memory"
c = object
for n in range(20_000):
    c = type("C", (c,), {})
c().missing
