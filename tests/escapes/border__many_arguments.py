#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: <*>"
echo(*range(100_000))
# %%
#! expect = "raised: <*>"
echo(**{f"k{n}": n for n in range(100_000)})
# %%
#! expect = "raised: <*>"
add(1, **{"b" * 1_000_000: 1})
# %%
#! expect = "raised: <*>"
add(1, **{"\ud800": 1})
