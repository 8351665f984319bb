#! expect = "exceeded: wall | exceeded: fuel"
def key(n):
    while True:
        try:
            while True:
                pass
        except BaseException:
            return n
while True:
    try:
        sorted(range(1000), key=key)
    except BaseException:
        pass
