def kw(**k): return k
base = {"a": 1}
print(kw(**base, b=2), {**base, "a": 9})
try:
    kw(**{1: 2})
except TypeError as error:
    print(error)
try:
    kw(a=1, **base)
except TypeError as error:
    print(error)
print(*[1, 2], *"ab", sep="-")
