#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: TypeError"
echo(echo)
# %%
#! expect = "raised: TypeError"
echo(type)
# %%
#! expect = "raised: TypeError"
echo(n for n in range(3))
# %%
#! expect = "raised: TypeError"
echo({"a": {"b": [object]}})
# %%
#! expect = "raised: TypeError"
echo(...)
