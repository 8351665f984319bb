a, *b, c = range(5)
(d, e), [f, *g] = (1, 2), "xyz"
x = y = []
x.append(1)
h = [0, 1, 2]
h[0], h[2] = h[2], h[0]
print(a, b, c, d, e, f, g, y, h)
i = 0
i, h[i] = 1, "at one"
print(i, h)
*only, = iter("ab")
print(only)
