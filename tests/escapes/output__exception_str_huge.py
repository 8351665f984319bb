#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: Huge | exceeded: memory"
class Huge(Exception):
    def __str__(self):
        return "huge " * 20_000_000
    __repr__ = __str__
raise Huge
