#! expect = "raised: RecursionError | exceeded: wall | exceeded: fuel | exceeded: stack"
def f():
    try:
        f()
    except RecursionError:
        f()
f()
