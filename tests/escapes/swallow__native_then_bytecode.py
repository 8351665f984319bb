#! expect = "exceeded: wall | exceeded: fuel"
while True:
    try:
        sum(range(10 ** 7))
    except BaseException:
        pass
