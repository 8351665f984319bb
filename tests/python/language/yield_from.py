def inner():
    got = yield "a"
    print("inner got", got)
    return "result"
def outer():
    value = yield from inner()
    print("value", value)
    yield from [1, 2]
    yield from "xy"
g = outer()
print(next(g), g.send("hello"), list(g))
def flatten(x):
    for item in x:
        if isinstance(item, list):
            yield from flatten(item)
        else:
            yield item
print(list(flatten([1, [2, [3, [4]], 5]])))
