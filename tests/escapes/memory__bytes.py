#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! limits.memory_bytes = 64_000_000
#! expect = "exceeded: memory"
bytes(10 ** 9)
# %%
#! expect = "exceeded: memory"
bytearray(10 ** 9)
# %%
#! expect = "exceeded: memory"
b"x" * 10 ** 9
# %%
#! expect = "exceeded: memory | exceeded: wall | exceeded: fuel"
bytes(iter(int, 1))
