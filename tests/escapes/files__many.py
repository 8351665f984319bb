#! limits.memory_bytes = 64_000_000
#! limits.wall_ms = 5_000
#! expect = "raised: OSError | raised: MemoryError | exceeded: <*>"
held = []
while True:
    held.append(open("/tmp/one", "w"))
# %%
#! expect = "raised: OSError | raised: MemoryError | exceeded: <*>"
held = None
number = 0
while True:
    with open(f"/tmp/{number}", "w"):
        number += 1
# %%
#! expect = "raised: OSError | raised: RecursionError | raised: MemoryError | exceeded: <*>"
import os
path = "/tmp"
while True:
    path += "/d"
    os.mkdir(path)
# %%
#! expect = "completed | raised: <*> | exceeded: <*>"
import shutil
shutil.rmtree("/tmp/d")
# %%
#! expect = "raised: OSError | raised: MemoryError | exceeded: <*>"
for number in range(10 ** 7):
    os.symlink(f"/tmp/l{number + 1}", f"/tmp/l{number}")
# %%
#! expect = "raised: OSError | raised: FileNotFoundError"
open("/tmp/l0")
# %%
#! expect = "raised: OSError | raised: ValueError | raised: MemoryError | exceeded: memory"
open("/tmp/" + "n" * 10_000_000, "w")
# %%
#! expect = "raised: <*>"
open("/tmp/a\0b", "w")
# %%
#! expect = "raised: <*> | completed"
open("/tmp/\ud800", "w")
