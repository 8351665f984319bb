#! expect = "raised: OverflowError | raised: ValueError | exceeded: wall"
import time
time.sleep(1e300)
# %%
#! expect = "raised: OverflowError | raised: ValueError | exceeded: wall"
time.sleep(float("inf"))
# %%
#! expect = "raised: ValueError"
time.sleep(float("nan"))
# %%
#! expect = "raised: ValueError"
time.sleep(-1)
# %%
#! expect = "raised: TypeError"
time.sleep("1")
