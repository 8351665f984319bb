#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expand = true
#! expect = "raised: SyntaxError"
x = = {{long  * 200000}}
