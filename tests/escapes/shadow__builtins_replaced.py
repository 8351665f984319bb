#! expect = "completed | raised: <*>"
import builtins
for name in ["print", "len", "repr", "str", "type", "isinstance", "list", "dict", "id", "hasattr", "getattr", "set", "max", "min", "sorted", "Exception", "BaseException", "SystemExit"]:
    setattr(builtins, name, None)
