#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
for n in range(50_000):
    globals()[f"many_{n}"] = n
