try:
    try:
        1 / 0
    except ZeroDivisionError as cause:
        raise ValueError("outer") from cause
except ValueError as error:
    print(repr(error.__cause__), error.__suppress_context__, repr(error.__context__))
try:
    try:
        {}["k"]
    except KeyError:
        raise RuntimeError("implicit")
except RuntimeError as error:
    print(repr(error.__context__), error.__cause__, error.__suppress_context__)
try:
    try:
        [][1]
    except IndexError:
        raise TypeError("hidden") from None
except TypeError as error:
    print(error.__suppress_context__, repr(error.__context__))
