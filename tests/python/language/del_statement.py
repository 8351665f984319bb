a = [0, 1, 2, 3, 4, 5]
del a[0], a[1:3]
print(a)
del a[::2]
print(a)
d = {"x": 1, "y": 2}
del d["x"]
print(d)
b = 1
del b
try:
    b
except NameError as error:
    print(error)
try:
    del d["nope"]
except KeyError as error:
    print(repr(error))
