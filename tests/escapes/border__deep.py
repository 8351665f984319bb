#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: ValueError: echo() argument 1: nested more than 100 deep, or in itself"
a = []
for _ in range(1_000_000):
    a = [a]
echo(a)
# %%
a = 1
for _ in range(100):
    a = [a]
echo(a) == a
#= True
# %%
#! expect = "raised: ValueError: echo() argument 1: nested more than 100 deep, or in itself"
echo([a])
# %%
d = 1
for _ in range(100):
    d = {"d": d}
echo(d) == d
#= True
