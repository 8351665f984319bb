#! expect = "completed | raised: <*>"
import sys
sys.modules.clear()
# %%
#! expect = "completed | raised: <*>"
1 / 0
