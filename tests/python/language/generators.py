def gen():
    got = yield 1
    print("got", got)
    try:
        yield 2
    except ValueError as error:
        print("caught", error)
        yield 3
    finally:
        print("closing")
    return "done"
g = gen()
print(next(g), g.send("x"), g.throw(ValueError("boom")))
try:
    next(g)
except StopIteration as stop:
    print(stop.value)
h = gen()
next(h)
h.close()
print(list(h))
