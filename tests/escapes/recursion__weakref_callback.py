import weakref

class Short:
    pass

held = []

def again(*_):
    fresh = Short()
    held.append(weakref.ref(fresh, again))
    del fresh

again()
len(held) < 100_000
#= True
