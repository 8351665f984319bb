import re
p = re.compile(r"""
    (?P<year>\d{4})  # year
    [-/]
    (?P<month>\d\d)  # month
""", re.X)
print(p.search("on 2024-05").groupdict(), p.flags & re.X == re.X, p.groups, p.groupindex["month"])
print(re.findall(r"\w+", "é a", re.A), re.findall(r"\w+", "é a"), re.search("(?s:a.b)", "a\nb") is not None, re.search("(?i:A)b", "ab") is not None)
print(re.findall(r"a$", "a\na\n", re.M), re.findall(r"a\Z", "a\na"))
