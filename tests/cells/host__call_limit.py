#! limits.host_calls = 5
#! expect = "raised: RuntimeError: host calls: 5 of 5 used by this cell"
#! expect.host_calls = 5
got = []
for n in range(10):
    got.append(echo(n))
# %%
got, echo("again")
#= ([0, 1, 2, 3, 4], 'again')
