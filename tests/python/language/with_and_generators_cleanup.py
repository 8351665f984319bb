log = []
class R:
    def __enter__(self): log.append("open"); return self
    def __exit__(self, *a): log.append("close")
def lines():
    with R():
        yield 1
        yield 2
for n in lines():
    if n == 1: break
import gc
gc.collect()
print(log)
g = lines()
next(g)
g.close()
print(log)
