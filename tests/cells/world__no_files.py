#! expect = "raised: FileNotFoundError<*>"
open("missing.txt")
# %%
#! expect = "raised: FileNotFoundError<*> | raised: PermissionError<*> | raised: OSError<*>"
open("new.txt", "w")
# %%
import os
os.path.exists("/etc/passwd"), os.path.exists("missing")
#= (False, False)
