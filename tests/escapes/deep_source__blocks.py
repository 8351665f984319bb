#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "completed | raised: SyntaxError | raised: IndentationError | raised: RecursionError | raised: MemoryError | exceeded: stack"
exec("\n".join(" " * n + "if 1:" for n in range(3000)) + "\n" + " " * 3000 + "pass")
