import os.path as p, sys
from collections import OrderedDict as OD, defaultdict
from math import (
    sqrt,
    floor as fl,
)
import importlib
print(p.join("a", "b"), OD.__name__, sqrt(16), fl(2.7), importlib.import_module("json").dumps(1))
try:
    import not_a_module
except ModuleNotFoundError as error:
    print(error, error.name)
try:
    from math import nothing
except ImportError as error:
    print(type(error).__name__, error.name)
def inside():
    import string
    return string.digits
print(inside(), "string" in sys.modules)
