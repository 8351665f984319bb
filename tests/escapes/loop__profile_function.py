#! expect = "completed | exceeded: wall | exceeded: fuel"
import sys
def profile(*_):
    while True:
        pass
sys.setprofile(profile)
def f():
    pass
f()
# %%
#! expect = "completed | exceeded: wall | exceeded: fuel"
sys.setprofile(None)
