#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
import os
os.write(1, b"out")
os.write(2, b"err")
#! expect.stdout = "out"
#! expect.stderr = "err"
