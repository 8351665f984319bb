#! expect = "completed | raised: <*> | exceeded: crash | exceeded: stack"
import faulthandler
faulthandler._sigsegv()
# %%
#! expect = "completed | raised: <*> | exceeded: crash | exceeded: stack"
(lambda: 0).__code__.replace(co_code=b"\xff" * 100)
# %%
#! expect = "completed | raised: <*> | exceeded: crash | exceeded: stack"
def f():
    pass
f.__code__ = f.__code__.replace(co_code=bytes(range(256)) * 8)
f()
# %%
#! expect = "completed | raised: <*> | exceeded: crash | exceeded: stack"
f.__code__ = f.__code__.replace(co_consts=(), co_names=(), co_varnames=(), co_stacksize=0)
f()
# %%
#! expect = "completed | raised: <*> | exceeded: crash | exceeded: stack | exceeded: memory | exceeded: wall"
import marshal
exec(marshal.loads(b"\xe3" + bytes(200)))
# %%
#! expect = "completed | raised: <*> | exceeded: crash | exceeded: stack | exceeded: memory | exceeded: wall"
import gc
for thing in gc.get_objects()[:1000]:
    try:
        thing.__class__ = int
    except Exception:
        pass
