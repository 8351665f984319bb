#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
class Huge:
    def __repr__(self):
        return "x" * (64 << 20)
Huge()
# %%
class Huge:
    def __repr__(self):
        return "x" * (16 << 20)
[Huge() for _ in range(3)]
