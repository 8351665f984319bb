#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expand = true
#! expect = "raised: ZeroDivisionError"
x = 1 / 0 # {{long  * 200000}}
