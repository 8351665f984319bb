import os
got = []
for number in [0, *range(3, 64), 1000, -1, 2 ** 31 - 1]:
    for how in (lambda: os.read(number, 100), lambda: os.fstat(number), lambda: os.write(number, b"x"), lambda: os.dup(number), lambda: os.fdopen(number).read()):
        try:
            data = how()
            if data not in (b"", ""):
                got.append((number, str(data)[:60]))
        except (OSError, ValueError, OverflowError, AttributeError, NotImplementedError):
            pass
# 3 is the root of the tree in the session's own memory.
[entry for entry in got if entry[0] not in (0, 3)]
#= []
