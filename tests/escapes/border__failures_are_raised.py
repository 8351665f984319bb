#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: <*>"
fail("UnicodeDecodeError", "odd")
# %%
#! expect = "raised: <*>"
fail("ExceptionGroup", "odd")
# %%
#! expect = "raised: <*>"
fail("SyntaxError", "odd")
# %%
#! expect = "raised: MemoryError"
fail("MemoryError", "said by the host")
# %%
#! expect = "raised: ValueError"
fail("ValueError", "x" * 20_000_000)
