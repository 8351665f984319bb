import sys
try:
    str(10 ** 5000)
except ValueError as error:
    print("limit" in str(error))
try:
    int("1" * 5000)
except ValueError as error:
    print("limit" in str(error))
print(len(hex(10 ** 5000)), len(str(10 ** 4000)))
