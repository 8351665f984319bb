#! expect = "raised: OSError | raised: FileNotFoundError | raised: NotImplementedError | raised: ModuleNotFoundError | raised: ImportError | raised: AttributeError | raised: PermissionError | raised: RuntimeError"
import subprocess
subprocess.run(["env"])
# %%
#! expect = "raised: OSError | raised: FileNotFoundError | raised: NotImplementedError | raised: ModuleNotFoundError | raised: ImportError | raised: AttributeError | raised: PermissionError | raised: RuntimeError"
import os
os.popen("env").read()
# %%
#! expect = "raised: AttributeError | raised: OSError | raised: NotImplementedError | completed"
assert os.system("env") != 0
# %%
#! expect = "raised: OSError | raised: NotImplementedError | raised: ModuleNotFoundError | raised: ImportError | raised: AttributeError | raised: RuntimeError | raised: ValueError"
import multiprocessing
multiprocessing.Process(target=print).start()
