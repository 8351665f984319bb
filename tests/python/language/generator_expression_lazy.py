log = []
def f(n):
    log.append(n)
    return n
g = (f(n) for n in range(5))
print(log, next(g), next(g), log)
print(3 in g, log, list(g))
try:
    next(g)
except StopIteration:
    print("stop")
