#! expect = "raised: ZeroDivisionError"
import traceback, linecache, reprlib
traceback.TracebackException = traceback.format_exception = None
linecache.cache = linecache.getline = linecache.getlines = linecache.checkcache = None
reprlib.Repr.repr = reprlib.Repr.repr1 = None
1 / 0
