from collections import deque
d = deque([1, 2, 3], maxlen=4)
d.append(4); d.append(5); d.appendleft(0)
print(d, d.popleft(), d.pop(), d[0], len(d), d.maxlen, d.index(3), list(reversed(d)))
e = deque("abcde")
e.rotate(2); e.extendleft("xy"); e.remove("c")
print(e, e.count("a"), "a" in e, e.copy() == e)
e.insert(1, "I"); del e[0]; e.clear()
print(e)
try:
    e.pop()
except IndexError as error:
    print(error)
