#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: ValueError: a"
a, b = ValueError("a"), ValueError("b")
a.__cause__, b.__cause__ = b, a
raise a
