#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! limits.memory_bytes = 64_000_000
#! expect = "exceeded: memory"
held = []
while True:
    held.append(bytearray(1 << 16))
# %%
#! expect = "completed | exceeded: memory | raised: MemoryError"
x = [1] * 100
# %%
#! expect = "completed | exceeded: memory | raised: NameError"
held.clear()
# %%
y = 5
