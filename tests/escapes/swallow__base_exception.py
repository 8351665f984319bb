#! expect = "exceeded: wall | exceeded: fuel"
def stubborn():
    while True:
        try:
            while True:
                pass
        except BaseException:
            stubborn()
stubborn()
