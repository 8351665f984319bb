a = [3, 1, 2]
a.append(4); a.extend("ab"); a.insert(0, "first"); a.insert(-1, "mid")
print(a, a.pop(), a.pop(0), a.index(1), a.count(3))
a.remove("mid"); a.reverse()
b = a.copy(); b.clear()
print(a, b, a[:] == a, [1] * 3, [[0]] * 2, [1, 2] + [3])
for bad in [lambda: [].pop(), lambda: [1].remove(2), lambda: [1].index(2), lambda: [1, 2].pop(5)]:
    try:
        bad()
    except (IndexError, ValueError) as error:
        print(type(error).__name__)
