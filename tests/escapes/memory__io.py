#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! limits.memory_bytes = 64_000_000
#! expect = "exceeded: memory | exceeded: wall | exceeded: fuel"
import io
held = io.StringIO()
while True:
    held.write("x" * 10 ** 6)
# %%
#! expect = "exceeded: memory | raised: MemoryError | raised: OverflowError"
import io
held = io.BytesIO()
held.seek(10 ** 9)
held.write(b"x")
