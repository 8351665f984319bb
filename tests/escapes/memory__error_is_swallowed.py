#! expect = "exceeded: wall | exceeded: fuel | exceeded: memory"
while True:
    try:
        x = "x" * 10 ** 9
    except BaseException:
        pass
