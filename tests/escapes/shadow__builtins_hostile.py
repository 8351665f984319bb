#! expect = "completed | raised: <*> | exceeded: wall | exceeded: fuel"
import builtins
def spin(*args, **kwargs):
    while True:
        pass
builtins.repr = builtins.len = builtins.isinstance = builtins.str = spin
