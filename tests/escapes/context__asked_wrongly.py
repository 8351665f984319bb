#! context = "the only text"
#! expect = "completed | raised: <*>"
import _rlm
_rlm.context("no such question")
# %%
#! expect = "raised: <*>"
_rlm.context("read", 0, 0, 2 ** 63 - 1)
# %%
#! expect = "raised: <*>"
_rlm.context("read", -1, 0, 1)
# %%
#! expect = "raised: <*>"
_rlm.context("count", 2 ** 32 - 1, 2 ** 32 - 1, "x")
# %%
wrong = 0
for args in [(), (None,), ("search",), ("search", 0, 0), ("find", 2 ** 31, "x", -1, -1), ("count", [], {}), ("read", "a", "b", "c"),
             ("search", [[0, 2 ** 32]], "a"), ("lines", 1.5), ("rank", [None] * 10_000), ("spans", -(2 ** 63), 2 ** 63 - 1)]:
    try:
        _rlm.context(*args)
    except Exception:
        wrong += 1
wrong
#= 11
# %%
count("text")
#= 1
