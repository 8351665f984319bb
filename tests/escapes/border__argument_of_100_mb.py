#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! limits.memory_bytes = 256_000_000
#! expect = "exceeded: memory | raised: MemoryError | completed | raised: ValueError"
len(echo("x" * (100 << 20)))
