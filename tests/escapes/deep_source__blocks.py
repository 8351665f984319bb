#! expect = "completed | raised: SyntaxError | raised: IndentationError | raised: RecursionError | raised: MemoryError | exceeded: stack | exceeded: wall | exceeded: fuel"
exec("\n".join(" " * n + "if 1:" for n in range(3000)) + "\n" + " " * 3000 + "pass")
