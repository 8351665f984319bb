#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! limits.memory_bytes = 64_000_000
#! expect = "exceeded: memory"
"1".zfill(10 ** 9)
# %%
#! expect = "exceeded: memory"
"1".center(10 ** 9)
# %%
#! expect = "exceeded: memory"
"1".ljust(10 ** 9, "x")
# %%
#! expect = "exceeded: memory"
"a\tb".expandtabs(10 ** 9)
# %%
#! expect = "exceeded: memory"
b"1".rjust(10 ** 9)
