#! expect = "raised: AttributeError | raised: OSError | raised: PermissionError | raised: NotImplementedError | exceeded: crash"
import os
os.kill(os.getpid(), 9)
# %%
#! expect = "raised: AttributeError | raised: OSError | raised: PermissionError | raised: NotImplementedError | raised: ModuleNotFoundError | exceeded: crash"
import signal
signal.raise_signal(11)
# %%
#! expect = "raised: AttributeError | raised: OSError | raised: ImportError | raised: NotImplementedError | exceeded: crash"
signal.alarm(1)
