import inspect
def g():
    yield 1
it = g()
print(inspect.getgeneratorstate(it), it.gi_running, it.gi_frame is not None)
next(it)
print(inspect.getgeneratorstate(it))
list(it)
print(inspect.getgeneratorstate(it), it.gi_frame)
def bad():
    raise StopIteration("x")
    yield
try:
    next(bad())
except RuntimeError as error:
    print(error)
