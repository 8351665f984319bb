#! expect = "completed | raised: OSError | raised: AttributeError"
import os
os.close(1)
# %%
#! expect = "completed | raised: OSError | raised: AttributeError"
os.close(2)
# %%
#! expect = "completed | raised: OSError | raised: AttributeError"
os.closerange(0, 1000)
# %%
print("still heard")
#> still heard
