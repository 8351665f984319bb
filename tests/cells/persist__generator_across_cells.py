def count():
    n = 0
    while True:
        got = yield n
        n = n + 1 if got is None else got
live = count()
next(live)
#= 0
# %%
next(live), next(live)
#= (1, 2)
# %%
live.send(40), next(live)
#= (40, 41)
# %%
live.close()
next(live, "over")
#= 'over'
