#! context = "the text that nobody changes"
#! expect = "raised: TypeError"
context[0] = "T"
# %%
#! expect = "raised: <*>"
open("/context/context", "w").write("other")
# %%
#! expect = "raised: <*>"
import os
os.remove("/context/context")
# %%
#! expect = "raised: <*>"
os.truncate("/context/context", 0)
# %%
#! expect = "raised: <*>"
os.rename("/context", "/elsewhere")
# %%
#! expect = "raised: <*>"
with open("/context/context", "rb") as file:
    into = memoryview(file.read())
    into[0] = 0
# %%
#! expect = "completed | raised: <*>"
import gc
context = "another"
gc.collect()
open("/context/context").read(), count("nobody", "the text that nobody changes")
#= ('the text that nobody changes', 1)
