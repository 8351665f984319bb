#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! limits.memory_bytes = 64_000_000
#! expect = "exceeded: memory | completed"
import zlib
packed = zlib.compress(b"\0" * 10_000_000)
held = [zlib.decompress(packed) for _ in range(100)]
