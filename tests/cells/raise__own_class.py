#! expect = "raised: TooSmall: 3 < 5"
class TooSmall(Exception):
    def __init__(self, got, least):
        super().__init__(f"{got} < {least}")
        self.got = got
raise TooSmall(3, 5)
# %%
try:
    raise TooSmall(1, 2)
except TooSmall as error:
    got = error.got
got
#= 1
