def f():
    return 1
# %%
class C:
    pass
# %%
async def g():
    pass
# %%
@staticmethod
def h():
    pass
# %%
x = 5
def inner():
    pass
# %%
if x:
    def later():
        pass
# %%
for n in range(2):
    n
# %%
try:
    5
finally:
    6
# %%
import math
# %%
x += 1
# %%
_
#! expect = "raised: NameError: name '_' is not defined"
