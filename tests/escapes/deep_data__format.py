#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: ValueError | raised: RecursionError | exceeded: stack | raised: KeyError | raised: IndexError"
("{0:" * 50_000 + "}" * 50_000).format(1)
# %%
#! expect = "raised: ValueError | raised: AttributeError | raised: RecursionError | exceeded: stack"
("{0" + ".a" * 100_000 + "}").format(1)
