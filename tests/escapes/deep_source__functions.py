#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "completed | raised: SyntaxError | raised: IndentationError | raised: RecursionError | raised: MemoryError | exceeded: stack"
exec("\n".join(" " * n + f"def f{n}():" for n in range(2000)) + "\n" + " " * 2000 + "pass")
