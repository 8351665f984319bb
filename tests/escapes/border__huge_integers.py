#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: ValueError: echo() argument 1: an integer of more than 4300 digits"
echo(1 << 10_000_000)
# %%
echo(10 ** 4000) == 10 ** 4000, echo(-(10 ** 4000)) == -(10 ** 4000)
#= (True, True)
