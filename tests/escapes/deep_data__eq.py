#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: RecursionError | exceeded: stack"
a, b = [], []
for _ in range(100_000):
    a, b = [a], [b]
a == b
