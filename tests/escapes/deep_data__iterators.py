#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "completed | raised: RecursionError | exceeded: stack"
it = iter([1])
for _ in range(200_000):
    it = map(int, it)
next(it)
