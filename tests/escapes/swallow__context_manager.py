#! expect = "exceeded: wall | exceeded: fuel"
class Swallow:
    def __enter__(self):
        pass
    def __exit__(self, *_):
        return True
while True:
    with Swallow():
        while True:
            pass
