ops = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "max": max}
print([ops[k](5, 3) for k in ops], {k: f.__name__ for k, f in ops.items()})
def apply(f, *args, **kw): return f(*args, **kw)
print(apply(sorted, [3, 1], reverse=True), apply(lambda **k: k, a=1))
