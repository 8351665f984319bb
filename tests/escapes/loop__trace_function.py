#! expect = "completed | exceeded: wall | exceeded: fuel"
import sys
def trace(*_):
    while True:
        pass
sys.settrace(trace)
def f():
    pass
f()
# %%
#! expect = "completed | exceeded: wall | exceeded: fuel"
sys.settrace(None)
