def counter():
    n = 0
    def step():
        nonlocal n
        n += 1
        return n
    return step
step = counter()
step()
#= 1
# %%
step() + step()
#= 5
# %%
step.__closure__[0].cell_contents
#= 3
