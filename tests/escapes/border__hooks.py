#! expect = "raised: RecursionError | exceeded: stack"
import _rlm
def again(name, args, kwargs):
    return again(name, args, kwargs)
_rlm.through(again)
again("x", (), {})
# %%
#! expect = "raised: NameError"
import _rlm
_rlm.call("rlm.boot_module", 0)
# %%
#! expect = "raised: NameError | raised: ValueError | raised: TypeError"
import _rlm
_rlm.call("no such \x00 function", 1, a=2)
# %%
#! expect = "raised: ValueError"
import _rlm
_rlm.call("\udc00")
# %%
#! expect = "raised: ZeroDivisionError"
import _rlm
_rlm.at_end(lambda: 1 / 0)
# %%
#! expect = "exceeded: wall | exceeded: fuel"
import _rlm
def forever():
    while True:
        pass
_rlm.at_end(forever)
# %%
#! expect = "completed"
import _rlm
_rlm.at_end(lambda: _rlm.at_end(lambda: 1 / 0))
_rlm.through(None) is None
# %%
#! expect = "raised: TypeError"
import _rlm
_rlm.at_end(5)
