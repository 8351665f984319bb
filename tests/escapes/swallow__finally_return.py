#! expect = "exceeded: wall | exceeded: fuel"
def f():
    while True:
        try:
            while True:
                pass
        finally:
            return f()
f()
