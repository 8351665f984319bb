#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: ExceptionGroup | raised: RecursionError"
group = ValueError("inner")
for n in range(5_000):
    group = ExceptionGroup(f"level {n}", [group, ValueError(n)])
raise group
