#! expect = "completed | raised: <*>"
import sys
sys.stdout.write = None
sys.__stdout__ = None
del sys.stdout
del sys.stderr
# %%
#! expect = "raised: ValueError"
raise ValueError("told without streams")
