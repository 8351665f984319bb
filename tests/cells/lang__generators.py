def walk(tree):
    if isinstance(tree, list):
        for part in tree:
            yield from walk(part)
    else:
        yield tree
list(walk([1, [2, [3, [4]]]]))
#= [1, 2, 3, 4]
# %%
def average():
    total, count = 0, 0
    while True:
        try:
            value = yield (total / count if count else None)
        except ValueError:
            total = count = 0
            continue
        total, count = total + value, count + 1
a = average()
[next(a), a.send(10), a.send(20), a.throw(ValueError), a.send(5)]
#= [None, 10.0, 15.0, None, 5.0]
# %%
def ending():
    yield 1
    return "result"
def outer():
    got = yield from ending()
    yield got
list(outer())
#= [1, 'result']
