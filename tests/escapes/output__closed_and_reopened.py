#! expect = "completed | raised: <*>"
import os, sys
os.close(1)
os.close(2)
# %%
#! expect = "completed | raised: <*>"
os.dup2(2, 1)
# %%
#! expect = "completed | raised: <*>"
sys.stdout = open("/tmp/out", "w")
sys.stderr = sys.stdout
print("into a file")
# %%
print("still here", file=sys.__stdout__)
#> still here
# %%
#! expect = "exceeded: output | exceeded: wall | exceeded: fuel | raised: <*>"
again = os.fdopen(os.dup(1), "w") if hasattr(os, "dup") else open(1, "w", closefd=False)
while True:
    again.write("x" * 10_000)
    again.flush()
