#! expect = "completed | raised: <*>"
import builtins
builtins.__import__ = None
# %%
import math
