#! expect = "exceeded: wall | exceeded: fuel"
import contextlib
while True:
    with contextlib.suppress(BaseException):
        while True:
            pass
