#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: ValueError: echo() argument 1: nested more than 100 deep, or in itself"
a = []
a.append(a)
echo(a)
# %%
#! expect = "raised: ValueError: add() argument \"b\": nested more than 100 deep, or in itself"
d = {}
d["self"] = [d]
add(1, b=d)
# %%
#! expect = "raised: ValueError: echo() argument 1: nested more than 100 deep, or in itself"
t = ([],)
t[0].append(t)
echo(t)
