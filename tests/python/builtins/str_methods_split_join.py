print("a b  c".split(), "a b  c".split(" "), "".split(), "".split(","), "a,b,".split(","), " a b ".strip().split(None, 1))
print("l1\nl2\r\nl3\x0bl4".splitlines(), "l1\nl2\n".splitlines(True), "-".join(["a", "b"]), "".join(map(str, range(5))))
try:
    "-".join([1])
except TypeError as error:
    print(error)
try:
    "a".split("")
except ValueError as error:
    print(error)
