import timeit, platform, sysconfig, getpass, mimetypes
print(timeit.timeit("1 + 1", number=10) >= 0, isinstance(platform.python_version(), str), platform.python_version_tuple()[0], mimetypes.guess_type("a.html"))
