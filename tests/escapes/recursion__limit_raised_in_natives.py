#! expect = "raised: RecursionError | exceeded: stack | raised: ValueError | raised: OverflowError | exceeded: memory"
import sys
sys.setrecursionlimit(2 ** 31 - 1)
class Loop:
    def __repr__(self):
        return repr([self])
repr(Loop())
