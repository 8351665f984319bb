#! expect = "exceeded: wall | exceeded: fuel"
class Endless:
    def __getitem__(self, at):
        return at
-1 in Endless()
