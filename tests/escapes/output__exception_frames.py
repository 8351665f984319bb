#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: ZeroDivisionError"
def down(n):
    if n == 0:
        1 / 0
    down(n - 1)
down(150)
