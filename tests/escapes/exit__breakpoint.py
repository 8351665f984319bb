#! expect = "completed | raised: <*>"
breakpoint()
# %%
#! expect = "completed | raised: <*>"
import pdb
pdb.set_trace()
# %%
#! expect = "completed | raised: <*>"
import code
code.interact()
# %%
#! expect = "completed | raised: <*>"
help()
