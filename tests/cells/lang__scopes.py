x = "global"
def outer():
    x = "outer"
    def read():
        return x
    def write():
        global x
        x = "written"
    write()
    return read()
outer(), x
#= ('outer', 'written')
# %%
functions = [lambda: n for n in range(3)]
[f() for f in functions], [f() for f in [lambda n=n: n for n in range(3)]]
#= ([2, 2, 2], [0, 1, 2])
