#! expect = "completed | raised: RecursionError | raised: ValueError"
import sys
sys.setrecursionlimit(1)
# %%
#! expect = "completed | raised: RecursionError"
sys.setrecursionlimit(1000)
