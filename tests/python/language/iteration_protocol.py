class Count:
    def __init__(self, n): self.n = n
    def __iter__(self): return self
    def __next__(self):
        if self.n <= 0: raise StopIteration
        self.n -= 1
        return self.n
print(list(Count(3)), sum(Count(4)), max(Count(5)))
class Old:
    def __getitem__(self, i):
        if i > 2: raise IndexError
        return i * 10
print(list(Old()), 20 in Old(), list(reversed([*Old()])))
it = iter([1, 2, 3])
print(next(it), list(it), next(it, "end"))
print(list(iter(lambda c=iter("abcX"): next(c), "X")))
try:
    iter(5)
except TypeError as error:
    print(error)
