#! expect = "completed | raised: <*> | exceeded: wall | exceeded: fuel"
import _rlm_runtime
def spin(*_):
    while True:
        pass
_rlm_runtime.show = _rlm_runtime.describe = _rlm_runtime.variables = spin
# %%
#! expect = "raised: ZeroDivisionError | exceeded: wall | exceeded: fuel"
1 / 0
