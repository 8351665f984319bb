try:
    raise ExceptionGroup("several", [ValueError("v"), TypeError("t"), ExceptionGroup("in", [KeyError("k")])])
except* ValueError as group:
    print("values", group.exceptions)
except* (TypeError, KeyError) as group:
    print("others", [repr(e) for e in group.exceptions])
try:
    try:
        raise ExceptionGroup("g", [OSError("o"), ValueError("left")])
    except* OSError:
        print("os")
except ExceptionGroup as rest:
    print(rest.exceptions, rest.message)
g = ExceptionGroup("s", [ValueError(1), TypeError(2)])
match_, rest = g.split(ValueError)
print(match_, rest, g.subgroup(lambda e: isinstance(e, TypeError)))
