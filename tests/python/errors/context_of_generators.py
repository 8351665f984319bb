def g():
    try:
        yield 1
    except GeneratorExit:
        print("exit")
        raise
    finally:
        print("finally")
it = g()
next(it)
del it
def bad():
    try:
        yield
    except GeneratorExit:
        yield "no"
b = bad()
next(b)
try:
    b.close()
except RuntimeError as error:
    print(error)
