def compose(*fs):
    def run(x):
        for f in reversed(fs): x = f(x)
        return x
    return run
print(compose(str, abs, lambda n: n - 10)(3))
def curry(f): return lambda a: lambda b: f(a, b)
print(curry(pow)(2)(5), (lambda f: f(f, 5))(lambda g, n: 1 if n < 2 else n * g(g, n - 1)))
