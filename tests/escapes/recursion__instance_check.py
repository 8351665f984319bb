#! expect = "exceeded: wall | exceeded: fuel"
class Meta(type):
    def __instancecheck__(cls, other):
        while True:
            try:
                return isinstance(other, cls)
            except RecursionError:
                pass

class Endless(metaclass=Meta):
    pass

isinstance(1, Endless)
