a = [1, 2]
print([*a, 3], (*a,), {*a, 2}, {**{"x": 1}, **{"x": 2, "y": 3}}, [*range(2), *a[::-1]])
def f(*args): return args
print(f(*a, *"xy"), f(*(n for n in a)), f(*{"k": 1}))
def g(): return *a, 9
print(g())
for i, *rest in [(1, 2, 3), (4,)]:
    print(i, rest)
