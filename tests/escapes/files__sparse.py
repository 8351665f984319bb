#! limits.memory_bytes = 64_000_000
#! limits.wall_ms = 5_000
#! expect = "raised: OSError | raised: MemoryError | exceeded: memory"
with open("/tmp/sparse", "wb") as file:
    file.seek(10 ** 10)
    file.write(b"x")
# %%
#! expect = "raised: OSError | raised: MemoryError | exceeded: memory | raised: FileNotFoundError"
import os
os.truncate("/tmp/sparse", 2 ** 62)
# %%
#! expect = "raised: OSError | raised: ValueError | raised: OverflowError"
with open("/tmp/sparse", "wb") as file:
    file.seek(-1)
# %%
#! expect = "raised: OSError | raised: MemoryError | exceeded: memory | exceeded: wall"
with open("/tmp/full", "wb") as file:
    while True:
        file.write(b"x" * 1_000_000)
# %%
#! expect = "raised: OSError | raised: MemoryError | exceeded: memory | exceeded: wall"
with open("/tmp/half", "wb") as file:
    for _ in range(20):
        file.write(b"x" * 1_000_000)
with open("/tmp/half", "rb") as source:
    while True:
        with open("/tmp/copy", "ab") as target:
            target.write(source.read())
        source.seek(0)
# %%
with open("/tmp/small", "w") as file:
    file.write("fits")
open("/tmp/small").read()
#= 'fits'
#! expect = "completed | exceeded: memory"
