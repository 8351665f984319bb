#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
class Bad:
    def __repr__(self):
        raise ValueError
Bad()
# %%
#! expect = "completed | raised: SystemExit"
class Exit:
    def __repr__(self):
        raise SystemExit(3)
Exit()
# %%
#! expect = "completed | raised: TypeError"
class Odd:
    def __repr__(self):
        return 5
Odd()
