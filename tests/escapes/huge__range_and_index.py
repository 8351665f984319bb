#! expect = "raised: OverflowError | raised: MemoryError"
len(range(10 ** 30))
# %%
#! expect = "raised: OverflowError | raised: MemoryError | exceeded: memory"
[0] * (10 ** 30)
# %%
#! expect = "raised: OverflowError | raised: IndexError | raised: TypeError"
"abc"[10 ** 30]
# %%
#! expect = "raised: OverflowError | raised: MemoryError | exceeded: memory"
"x" * (2 ** 63 - 1)
# %%
#! expect = "raised: OverflowError | raised: MemoryError | exceeded: memory"
bytearray(2 ** 31)
