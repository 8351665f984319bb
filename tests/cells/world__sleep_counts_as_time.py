#! limits.wall_ms = 200
#! expect = "exceeded: wall: <*> s of 0.200 s"
#! expect.undone = false
import time
print("going to sleep")
#> going to sleep
time.sleep(30)
# %%
#! limits.wall_ms = 5_000
before = time.monotonic()
time.sleep(0.05)
0.05 <= time.monotonic() - before < 0.06
#= True
