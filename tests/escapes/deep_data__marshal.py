#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: ValueError | raised: RecursionError | exceeded: stack | raised: EOFError | raised: TypeError"
import marshal
marshal.loads(b"(\x01\x00\x00\x00" * 200_000)
# %%
#! expect = "raised: ValueError | raised: RecursionError | exceeded: stack | raised: TypeError"
a = ()
for _ in range(100_000):
    a = (a,)
marshal.dumps(a)
