def f():
    try:
        raise ValueError("x")
    except ValueError:
        print("logging")
        raise
try:
    f()
except ValueError as error:
    print("again", error)
try:
    raise
except RuntimeError as error:
    print(error)
