#! expect = "raised: AttributeError: 'list' object has no attribute 'push'"
[].push(1)
# %%
#! expect = "raised: TypeError: can only concatenate str (not \"int\") to str"
"a" + 1
# %%
#! expect = "raised: IndexError: list index out of range"
[][0]
# %%
#! expect = "raised: TypeError: f() missing 1 required positional argument: 'b'"
def f(a, b):
    pass
f(1)
# %%
#! expect = "raised: ValueError: not enough values to unpack (expected 2, got 1)"
a, b = [1]
# %%
#! expect = "raised: UnboundLocalError: <*>'n'<*>"
def g():
    n += 1
g()
# %%
#! expect = "raised: ModuleNotFoundError: No module named 'numpy'"
import numpy
