#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: RuntimeError: host calls: 1000 of 1000 used by this cell"
#! expect.host_calls = 1000
for n in range(10_000_000):
    echo(n)
