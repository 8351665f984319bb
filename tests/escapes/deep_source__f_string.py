#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "completed | raised: SyntaxError | raised: RecursionError | raised: MemoryError | exceeded: stack"
text = "1"
for _ in range(300):
    text = "f'{" + text + "}'"
eval(text)
