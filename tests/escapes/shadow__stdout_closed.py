import sys
sys.stdout.close()
sys.stderr.close()
print("heard")
#> heard
# %%
#! expect = "completed | raised: <*>"
sys.stdout.buffer.close()
# %%
print("heard")
#> heard
