#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: SyntaxError | raised: Odd"
raise SyntaxError("odd", ("f" * 10 ** 6, 10 ** 30, -5, "t" * 10 ** 6, object(), []))
# %%
#! expect = "raised: SyntaxError"
class Odd(SyntaxError):
    text = property(lambda self: "x" * 10 ** 8)
    @property
    def lineno(self):
        raise KeyError
Odd.__name__ = "SyntaxError"
raise Odd("odd")
