#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
class Late:
    def __del__(self):
        add(1)
for _ in range(10):
    Late()
sorted(range(5), key=lambda n: -echo(n)), {echo(n) for n in range(3)}
#= ([4, 3, 2, 1, 0], {0, 1, 2})
