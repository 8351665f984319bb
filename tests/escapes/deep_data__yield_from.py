#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "completed | raised: RecursionError | exceeded: stack"
def g(inner):
    yield from inner
it = iter([1])
for _ in range(100_000):
    it = g(it)
list(it)
