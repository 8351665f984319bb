import re
print(re.findall(r"[\u4e00-\u9fff]+", "abc漢字def"), re.findall(r"\W", "a-é_"), re.findall(rb"\d+", b"a12 b3"), re.sub(r"ß", "ss", "Straße"), re.search(r"É", "é", re.I) is not None)
print(re.escape("a.b*c[d]"), re.findall(re.escape("1+1"), "1+1=2"))
