space = {}
exec("a = 1\ndef f(): return a + 1", space)
space["f"](), eval("a * 10", space), eval("x + 1", {"x": 2}), compile("1+1", "s", "eval").co_filename
#= (2, 10, 3, 's')
# %%
exec("made_here = 5")
made_here
#= 5
# %%
#! expect = "raised: SyntaxError"
eval("1 +")
