found = []
for name in ("__closure__", "__globals__", "__self__", "__code__", "__func__", "__wrapped__", "__dict__", "__module__"):
    try:
        found.append((name, str(getattr(echo, name))[:200]))
    except AttributeError:
        pass
found
#= [('__module__', '_rlm')]
# %%
#! expect = "completed | raised: TypeError"
Host = type(echo)
other = Host("open")
print(other("/etc/passwd"))
# %%
#! expect = "raised: NameError | raised: TypeError | raised: AttributeError"
other = Host.__new__(Host)
other(1)
# %%
#! expect = "raised: <*>"
echo.name = "open"
# %%
#! expect = "raised: <*>"
echo.__class__ = int
# %%
#! expect = "completed | raised: <*>"
import pickle, copy
copy.copy(echo), copy.deepcopy(echo), pickle.dumps(echo)
# %%
#! expect = "raised: TypeError"
class Sub(Host):
    pass
Sub()
