import weakref, gc
class Node:
    pass
n = Node()
r = weakref.ref(n)
before = r() is n
del n
gc.collect()
before, r() is None
#= (True, True)
# %%
class Loud:
    def __del__(self):
        print("gone")
l = Loud()
del l
#> gone
