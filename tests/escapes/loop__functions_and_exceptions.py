#! expect = "exceeded: wall | exceeded: fuel"
def f():
    try:
        raise ValueError
    except ValueError:
        return g
def g():
    return f
h = f
while h:
    h = h()
