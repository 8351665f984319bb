#! expect.note = '`echo` is reserved: it was restored after the cell; use another name'
echo = 5
echo
#= 5
# %%
echo("works")
#= 'works'
# %%
#! expect.note = '`add` is reserved: it was restored after the cell; use another name'
del add
# %%
add(1)
#= 2
# %%
def inner():
    echo = lambda x: "mine"
    return echo(1)
inner()
#= 'mine'
# %%
#! expect.note = '`add` is reserved: it was restored after the cell; use another name'
#! expect.note = '`echo` is reserved: it was restored after the cell; use another name'
def echo(x):
    return "shadowed"
def add(x):
    return "shadowed"
echo(1), add(1)
#= ('shadowed', 'shadowed')
# %%
echo(1), add(1)
#= (1, 2)
