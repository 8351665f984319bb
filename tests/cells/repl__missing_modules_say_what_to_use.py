#! expect = "raised: ModuleNotFoundError: No module named 'pandas': only the standard library is here; use `import tabular` (read, where, group, count, sort, join), sqlite3, csv, statistics"
import pandas as pd
# %%
#! expect = "raised: ModuleNotFoundError: No module named 'requests': there is no network in this sandbox; work on the data that is already in variables"
import requests
# %%
#! expect = "raised: ModuleNotFoundError: No module named 'tkinter': there is no screen; print text or tables"
import tkinter
# %%
#! expect = "raised: ModuleNotFoundError: No module named 'unheard_of'"
import unheard_of
# %%
try:
    import numpy
except ImportError:
    numpy = None
numpy is None
#= True
# %%
#! expect = "raised: OSError: [Errno 52] this sandbox is one process and can start no other: do it in Python"
import os
os.system("ls")
