import doctest
def f(n):
    """
    >>> f(2)
    4
    >>> f("a")
    'aa'
    """
    return n * 2
runner = doctest.DocTestRunner()
for t in doctest.DocTestFinder().find(f, "f", globs={"f": f}):
    runner.run(t)
print(runner.summarize(verbose=False))
