#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: RecursionError | exceeded: stack | raised: ValueError | raised: OverflowError"
import sys
sys.setrecursionlimit(10 ** 9)
def f():
    return f()
f()
