def f(a, b=2, /, c=3, *args, d, e=5, **kw):
    return a, b, c, args, d, e, kw
print(f(1, d=4))
print(f(1, 2, 3, 4, 5, d=6, e=7, g=8))
print(f(*[1, 2], **{"d": 0, "c": 9}))
print(f(*"ab", *"c", d=1, **{"x": 1}, **{"y": 2}))
def defaults(n, acc=[]):
    acc.append(n)
    return acc
print(defaults(1), defaults(2))
