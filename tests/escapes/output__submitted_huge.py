#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "exceeded: memory | completed | raised: ValueError | raised: MemoryError"
FINAL("x" * (200 << 20))
