f = lambda x, y=2, *args, k=3, **kw: (x, y, args, k, kw)
print(f(1), f(1, 5, 6, 7, k=8, z=9))
g = lambda: (yield)
print(type(g()).__name__)
print([(lambda n: n * i)(2) for i in range(3)])
late = [lambda: i for i in range(3)]
print([h() for h in late])
bound = [lambda i=i: i for i in range(3)]
print([h() for h in bound])
