#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! limits.memory_bytes = 64_000_000
try:
    x = "x" * 10 ** 9
except MemoryError:
    print("too much")
#> too much
