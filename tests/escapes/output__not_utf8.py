#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
import sys
sys.stdout.buffer.write(b"\xff\xfe\x80 ok\n")
#> <*> ok
