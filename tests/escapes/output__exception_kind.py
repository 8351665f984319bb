#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: <*>"
raise type("E" * 10_000_000, (Exception,), {})("named at length")
