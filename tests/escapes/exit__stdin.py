#! expect = "raised: EOFError"
input()
# %%
#! expect = "completed | raised: OSError | raised: ValueError | raised: UnsupportedOperation"
import sys, os
[sys.stdin.read(), sys.__stdin__.readline(), os.read(0, 100)]
# %%
#! expect = "raised: EOFError | raised: OSError | raised: UnsupportedOperation | raised: AttributeError | raised: ImportError | raised: ModuleNotFoundError | completed"
import getpass
getpass.getpass()
