#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: ValueError: noted"
error = ValueError("noted")
for n in range(20_000):
    error.add_note("note " * 100)
raise error
