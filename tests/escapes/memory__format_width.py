#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! limits.memory_bytes = 64_000_000
#! expect = "exceeded: memory | raised: ValueError | raised: OverflowError"
f"{1:>1000000000}"
# %%
#! expect = "exceeded: memory | raised: ValueError | raised: OverflowError | raised: MemoryError"
"%1000000000d" % 1
# %%
#! expect = "exceeded: memory | raised: ValueError | raised: OverflowError"
"{:{}}".format("x", 10 ** 9)
