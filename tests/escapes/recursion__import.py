#! expect = "raised: RecursionError | exceeded: stack | raised: ImportError | raised: ModuleNotFoundError"
import sys, importlib
class Finder:
    def find_spec(self, name, *_):
        return importlib.import_module(name + "x")
sys.meta_path.insert(0, Finder())
import nothing_like_it
