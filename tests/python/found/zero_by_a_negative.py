print(0 / -1, 0 / 1, 0 / -(2 ** 64), 0.0 / -1, -0 / 5)
n = 0
print(n / -3, n / 3, repr(n / -(10 ** 30)))
#! known = "0 / -1 is 0.0 rather than -0.0 at run time"
