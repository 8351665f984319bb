#! expect = "raised: <*>"
globals().__class__ = int
# %%
#! expect = "completed | raised: <*>"
import sys
class Spin(type(sys)):
    def __getattribute__(self, name):
        while True:
            pass
sys.modules["__main__"].__class__ = Spin
