#! expect = "exceeded: wall | exceeded: fuel"
class Any:
    def __getattr__(self, name):
        while True:
            pass
while True:
    try:
        hasattr(Any(), "x")
    except BaseException:
        pass
