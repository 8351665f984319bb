#! expect = "completed | raised: <*>"
import builtins
for name in list(vars(builtins)):
    if not name.startswith("__"):
        delattr(builtins, name)
