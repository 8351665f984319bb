#! expect = "raised: FileNotFoundError: [Errno 44] No such file or directory: 'missing.txt'"
open("missing.txt")
# %%
import os
with open("new.txt", "w") as f:
    f.write("kept in memory\n")
os.getcwd(), os.listdir("/"), os.path.exists("/etc/passwd")
#= ('/tmp', ['tmp'], False)
# %%
open("/tmp/new.txt").read()
#= 'kept in memory\n'
# %%
#! expect = "raised: PermissionError: [Errno 2] Permission denied: '/new.txt'"
open("/new.txt", "w")
# %%
#! expect = "raised: PermissionError<*>"
os.mkdir("/other")
# %%
#! expect = "raised: PermissionError<*>"
os.rmdir("/tmp")
