import functools
def times(n):
    def wrap(f):
        @functools.wraps(f)
        def inner(*args, **kw):
            return [f(*args, **kw) for _ in range(n)]
        return inner
    return wrap
@times(2)
@times(1)
def hello(name):
    "says hello"
    return f"hi {name}"
print(hello("a"), hello.__name__, hello.__doc__, hello.__wrapped__.__name__)
def register(cls):
    cls.kind = cls.__name__.lower()
    return cls
@register
class Thing: pass
print(Thing.kind)
