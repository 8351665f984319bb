#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "completed | raised: SyntaxError | raised: RecursionError | raised: MemoryError | exceeded: stack"
exec("match 1:\n case " + "[" * 10000 + "]" * 10000 + ": pass")
