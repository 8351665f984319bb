#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expand = true
#! expect = "raised: SyntaxError | raised: RecursionError | raised: MemoryError | exceeded: stack"
x = {{not  * 50000}}1
