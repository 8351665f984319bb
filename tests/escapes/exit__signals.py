#! expect = "completed | raised: <*>"
import signal
signal.alarm(1)
# %%
#! expect = "completed | raised: <*>"
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
# %%
#! expect = "completed | raised: <*>"
for number in range(1, 65):
    try:
        signal.signal(number, lambda *args: None)
    except (OSError, ValueError, AttributeError):
        pass
# %%
#! expect = "completed | raised: <*>"
signal.raise_signal(signal.SIGTERM)
# %%
#! expect = "completed | raised: <*> | exceeded: crash"
signal.raise_signal(signal.SIGABRT)
# %%
#! expect = "exceeded: wall | exceeded: fuel"
while True: pass
# %%
#! expect = "completed | raised: <*> | exceeded: <*>"
import faulthandler
faulthandler._sigsegv()
