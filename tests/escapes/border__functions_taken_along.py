# A host function kept under other names, in other sessions' places, after its name is gone.
kept = echo
del echo
[kept(1), kept.__call__(2), list(map(kept, [3]))[0], (lambda f: f(4))(kept)]
#= [1, 2, 3, 4]
# %%
echo("restored")
#= 'restored'
# %%
#! expect = "raised: <*>"
kept.__init__("open")
kept("x", "y", z=kept)
# %%
#! expect = "completed | raised: <*>"
import threading, functools
made = [functools.partial(kept, 1), functools.lru_cache(kept)]
[made[0](), made[1](2)]
# %%
#! limits.host_calls = 10
#! expect = "raised: RuntimeError: host calls: 10 of 10 used by this cell"
for _ in range(11):
    kept(1)
# %%
# The count is the cell's: swallowing its error does not begin it anew.
#! expect.host_calls = 10
done = 0
for _ in range(1000):
    try:
        kept(1)
        done += 1
    except RuntimeError:
        pass
done
#= 10
