#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: Bad"
class Bad(Exception):
    def __str__(self):
        raise RuntimeError("no text")
raise Bad
