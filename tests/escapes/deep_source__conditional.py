#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expand = true
#! expect = "completed | raised: SyntaxError | raised: RecursionError | raised: MemoryError | exceeded: stack"
x = {{1 if 0 else  * 20000}}1
