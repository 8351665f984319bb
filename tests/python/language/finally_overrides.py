def f():
    for i in range(3):
        try:
            continue
        finally:
            print("f", i)
    try:
        return 1
    finally:
        print("before return")
print(f())
def g():
    try:
        raise KeyError("lost")
    except KeyError as e:
        saved = e
    try:
        e
    except NameError as error:
        print(type(error).__name__)
    return repr(saved)
print(g())
