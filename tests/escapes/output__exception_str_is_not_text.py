#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: Odd"
class Odd(Exception):
    def __str__(self):
        return 5
raise Odd
