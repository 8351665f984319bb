print(hash(1) == hash(1.0) == hash(True), hash(2 ** 61 - 1), hash(-1), hash(0.5), hash(None) == hash(None))
print(format(3.14159, ".2f"), format("x", ">3"), format(255, "x"), format(1234, ","), format(True), format(5, "08b"))
try:
    format("x", "d")
except ValueError as error:
    print(error)
