#! expect = "raised: AttributeError | raised: OSError | raised: NotImplementedError"
import os
os.fork()
# %%
#! expect = "raised: AttributeError | raised: OSError | raised: NotImplementedError"
os.execv("/bin/sh", ["sh"])
# %%
#! expect = "raised: AttributeError | raised: OSError | raised: NotImplementedError"
os.posix_spawn("/bin/sh", ["sh"], {})
