#! expect = "raised: ZeroDivisionError"
import linecache
linecache.cache.clear()
linecache.cache["<cell 1>"] = (10 ** 9, None, ["x" * 10 ** 6] * 100, "<cell 1>")
linecache.cache["<cell 2>"] = 5
1 / 0
# %%
#! expect = "raised: ZeroDivisionError"
1 / 0
