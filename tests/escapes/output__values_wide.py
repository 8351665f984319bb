#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
list(range(3_000_000))
# %%
{n: str(n) for n in range(300_000)}
# %%
[["x" * 100] * 200] * 200
# %%
[[[[["x" * 8000] * 200] * 200] * 200] * 200] * 200
#! known = "the display of nested values is bounded a level at a time, not in all"
