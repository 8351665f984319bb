#! expect = "raised: ModuleNotFoundError | raised: ImportError"
import ctypes
# %%
#! expect = "raised: ModuleNotFoundError | raised: ImportError"
import _ctypes
