#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
class Shown:
    def __repr__(self):
        return echo("from repr")
Shown()
#= from repr
# %%
#! expect = "raised: Told"
class Told(Exception):
    def __str__(self):
        return echo("from str")
raise Told
