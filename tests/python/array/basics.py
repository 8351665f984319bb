from array import array
a = array("i", [1, 2, 3])
a.append(4); a.extend([5]); a[0] = 9
print(a, a.typecode, a.itemsize, a.tolist(), a[1:3], len(a), a.tobytes()[:4], sum(a), a.index(3), a.pop())
b = array("d", [1.5])
b.frombytes(array("d", [2.5]).tobytes())
print(b, array("u", "hé") if False else "", array("B", b"ab").tolist(), a == array("i", [9, 2, 3, 4]))
for bad in [lambda: array("i", [1.5]), lambda: array("B", [256]), lambda: array("z")]:
    try:
        bad()
    except (TypeError, OverflowError, ValueError) as error:
        print(type(error).__name__)
