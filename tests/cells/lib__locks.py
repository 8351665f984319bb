import threading
lock = threading.Lock()
[lock.acquire(), lock.locked(), lock.acquire(blocking=False), lock.acquire(timeout=0.01)]
#= [True, True, False, False]
# %%
lock.release()
lock.locked()
#= False
# %%
#! expect = "raised: RuntimeError: release unlocked lock"
lock.release()
# %%
again = threading.RLock()
with again, again:
    held = again.acquire(blocking=False)
held
#= True
