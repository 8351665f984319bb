#! expect = "exceeded: wall | exceeded: fuel"
try:
    while True:
        pass
except BaseException:
    raise ValueError("not a limit at all") from None
