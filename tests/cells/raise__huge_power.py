#! expect = "raised: OverflowError | raised: MemoryError"
2 ** (10 ** 30)
# %%
(-1) ** (10 ** 30), 1 ** (10 ** 30), pow(2, 10 ** 30, 7), 0 ** (10 ** 30)
#= (1, 1, 2, 0)
