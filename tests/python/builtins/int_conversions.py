print(int(), int("12"), int("-0b101", 2), int("0o17", 0), int(b"7"), int(True), int(1e10), int("1_000"))
for bad in ["", "1.5", "abc", "1__0", "0x1"]:
    try:
        int(bad)
    except ValueError as error:
        print(error)
try:
    int([])
except TypeError as error:
    print(error)
print(float("1_0.5"), float("-Infinity"), float(True), str(0.1), str(1.0), bool("0"), complex(1, -2), complex("3j"))
