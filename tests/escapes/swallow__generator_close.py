#! expect = "exceeded: wall | exceeded: fuel"
def g():
    while True:
        try:
            while True:
                yield
        except BaseException:
            pass
live_one = g()
next(live_one)
while True:
    try:
        live_one.close()
        while True:
            pass
    except BaseException:
        pass
