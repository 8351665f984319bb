#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: ExceptionGroup"
raise ExceptionGroup("wide", [ValueError("x" * 1000) for _ in range(20_000)])
