s = "hello world, hello"
print(s.find("hello", 1), s.rfind("hello"), s.index("w"), s.count("l"), s.startswith(("x", "he")), s.endswith("lo"), "wor" in s)
print(s.partition(", "), s.rpartition("o"), "a=b=c".split("=", 1), "a=b=c".rsplit("=", 1), s.find("zz"))
try:
    s.index("zz")
except ValueError as error:
    print(error)
print(s.replace("hello", "bye"), s.replace("l", "L", 2), "aaa".replace("", "-"), s.removeprefix("hello "), s.removesuffix("lo"))
