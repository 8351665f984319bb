#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: ValueError"
error = ValueError("forged")
error.__traceback__ = None
error.__notes__ = object()
raise error
# %%
#! expect = "raised: ValueError"
error = ValueError("forged")
error.__notes__ = [object(), 5, "x" * 10 ** 7]
raise error
