print("a", 1, None, sep="-", end="!\n")
print()
print("x", "y", sep="")
print(*[1, 2, 3], sep=", ")
import io
out = io.StringIO()
print("to file", file=out, end="")
print(repr(out.getvalue()))
print("no newline", end="")
print()
try:
    print("a", sep=5)
except TypeError as error:
    print("TypeError")
