#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expand = true
#! expect = "completed | raised: SyntaxError | raised: RecursionError | raised: MemoryError | exceeded: stack"
x = 5
if x == 0:
    pass
{{elif x == 1:\n    pass\n * 10000}}
