#! expect = "completed | raised: <*> | exceeded: <*>"
import random
random.seed(1)
def f(a=1, b=2):
    for n in range(3):
        a += b
    return [a, b, n]
for _ in range(300):
    code = bytes(random.randrange(256) for _ in range(64))
    try:
        f.__code__ = f.__code__.replace(co_code=code)
        f()
    except BaseException:
        pass
