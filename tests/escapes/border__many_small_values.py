#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! limits.memory_bytes = 1_000_000_000
#! expect = "raised: ValueError: echo() argument 1: more than 4000000 values | exceeded: memory"
echo([None] * 5_000_000)
