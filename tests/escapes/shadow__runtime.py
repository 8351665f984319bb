#! expect = "completed | raised: <*>"
import _rlm_runtime
for name in list(vars(_rlm_runtime)):
    if not name.startswith("__"):
        setattr(_rlm_runtime, name, None)
# %%
#! expect = "raised: ZeroDivisionError"
1 / 0
