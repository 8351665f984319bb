#! expect = "exceeded: memory | raised: ValueError | raised: OverflowError | exceeded: wall | exceeded: fuel"
f"{1.5:.1000000000f}"
# %%
#! expect = "exceeded: memory | raised: ValueError | raised: OverflowError | exceeded: wall | exceeded: fuel"
"%.1000000000f" % 1.5
# %%
#! expect = "exceeded: memory | raised: ValueError | raised: OverflowError | exceeded: wall | exceeded: fuel"
round(1.5, 10 ** 9) and f"{10**18:.999999999e}"
