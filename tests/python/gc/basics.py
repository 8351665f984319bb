import gc, weakref
class N: pass
a = N(); b = N()
a.b, b.a = b, a
r = weakref.ref(a)
del a, b
gc.collect()
print(r(), gc.isenabled(), isinstance(gc.get_count(), tuple))
class D:
    def __del__(self): print("del")
d = D()
d = None
gc.collect()
