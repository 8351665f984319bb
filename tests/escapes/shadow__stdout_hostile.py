#! expect = "exceeded: wall | exceeded: fuel"
import sys
class Out:
    def write(self, text):
        while True:
            pass
    flush = write
sys.stdout = sys.stderr = Out()
print("x")
# %%
#! expect = "raised: ZeroDivisionError"
1 / 0
# %%
#! expect = "completed"
sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
