#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: ValueError: 20000"
error = None
for n in range(20_001):
    try:
        raise ValueError(n) from error
    except ValueError as caught:
        error = caught
raise error
