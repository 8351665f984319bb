#! expect = "exceeded: wall | exceeded: fuel | raised: RecursionError"
def f(n):
    try:
        return f(n) + f(n)
    except RecursionError:
        return f(n)
f(0)
