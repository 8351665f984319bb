#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! limits.memory_bytes = 64_000_000
#! expect = "exceeded: memory"
import base64
data = b"x" * 1000
for _ in range(60):
    data = base64.b64encode(data)
