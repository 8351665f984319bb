#! expect = "exceeded: wall | exceeded: fuel"
def f(n):
    return 1 if n < 2 else f(n - 1) + f(n - 2)
f(100)
