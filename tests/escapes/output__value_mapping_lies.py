#! expect = "completed | exceeded: wall | exceeded: fuel | raised: <*>"
class Lies(dict):
    def __len__(self):
        return 10 ** 18
    def __iter__(self):
        while True:
            yield 1
    def items(self):
        while True:
            yield 1, 2
Lies(a=1)
