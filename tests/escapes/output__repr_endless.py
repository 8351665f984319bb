#! expect = "exceeded: wall | exceeded: fuel"
class Endless:
    def __repr__(self):
        while True:
            pass
Endless()
