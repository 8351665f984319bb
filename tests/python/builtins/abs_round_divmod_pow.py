print(abs(-5), abs(-2.5), abs(3 + 4j), divmod(17, 5), divmod(-17, 5), divmod(5.5, 2))
print(round(2.675, 2), round(5), round(-1.5), round(1e20), round(15, -1), round(25, -1))
print(pow(2, 10), pow(2, 10, 1000), pow(2, -2), pow(3, -1, 7))
try:
    pow(2, -1, 4)
except ValueError as error:
    print(error)
