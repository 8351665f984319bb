#! expect = "completed | raised: RecursionError"
class Loop:
    def __repr__(self):
        return repr(self)
Loop()
