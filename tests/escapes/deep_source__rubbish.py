#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "raised: SyntaxError"
\x00 ☃ = $ ?
# %%
#! expect = "raised: SyntaxError | raised: ValueError"
exec("x = 1\0")
# %%
#! expect = "raised: SyntaxError | raised: UnicodeEncodeError | raised: ValueError"
exec("x = '\ud800'; y = \ud800")
