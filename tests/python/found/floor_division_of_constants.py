print(100.0 // 10, 1e10 // 10, 7.5 // 2.5, -6.0 // 3, 6 // -3.0, 1e300 // 0.5, 0.0 // 5, -0.0 // 5, 9.0 // 4, -9.0 // 4)
x = 100.0
print(x // 10, divmod(x, 10), divmod(-100.0, 10))
#! known = "a division of float constants without remainder is folded to 0.0"
