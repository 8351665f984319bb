#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "completed | exceeded: wall | exceeded: fuel"
for n in range(10_000):
    FINAL("x" * 10_000)
