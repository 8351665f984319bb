#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: SystemExit"
raise SystemExit("x" * 10 ** 7)
# %%
#! expect = "raised: SystemExit"
raise SystemExit(10 ** 1000)
# %%
#! expect = "raised: SystemExit"
raise SystemExit([object()])
