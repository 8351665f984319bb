import sys
print(sys.version_info >= (3, 11), sys.byteorder, sys.getrecursionlimit() >= 1000, sys.getsizeof([]) > 0, sys.intern("x") is sys.intern("x"), isinstance(sys.path, list), "json" in sys.stdlib_module_names, sys.float_info.max, sys.float_info.dig, sys.maxunicode, sys.getdefaultencoding())
print(sys.stdout.write("written\n"), sys.stdout.encoding.lower(), sys.exc_info(), sys.getrefcount([]) > 0, sys.argv is not None)
try:
    1 / 0
except ZeroDivisionError:
    print(sys.exc_info()[0].__name__, sys.exception() is sys.exc_info()[1])
def f(): return sys._getframe().f_code.co_name, sys._getframe(1).f_code.co_name
print(f())
