import weakref, gc
class A: pass
a = A()
r = weakref.ref(a, lambda _: print("gone"))
d = weakref.WeakValueDictionary(k=a)
k = weakref.WeakKeyDictionary()
k[a] = 1
s = weakref.WeakSet([a])
print(r() is a, len(d), len(k), len(s))
f = weakref.finalize(a, print, "finalized")
del a
gc.collect()
print(r(), len(d), len(k), len(s), f.alive)
try:
    weakref.ref(5)
except TypeError as error:
    print(error)
