#! expect = "completed | raised: <*>"
import builtins
builtins.__import__ = None
# %%
#! expect = "raised: <*>"
import math
