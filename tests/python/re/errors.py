import re
for bad in ["(", "[a", "*a", "(?P<1>a)", "a{2,1}", r"\1", "(?<=a+)b", "(?P<n>a)(?P<n>b)", "a**", r"\p"]:
    try:
        re.compile(bad)
        print("accepted", bad)
    except re.error as error:
        print(bad, "->", error.msg, error.pos)
try:
    re.findall("a", b"a")
except TypeError as error:
    print("TypeError")
