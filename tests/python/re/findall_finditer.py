import re
text = "a1 b22 c333"
print(re.findall(r"\d+", text), re.findall(r"([a-z])(\d)", text), re.findall(r"(\d)\d*", text), re.findall("x*", "axb"))
print([(m.group(), m.span()) for m in re.finditer(r"\w\d+", text)])
print(re.findall(r"^\w", "a\nb\nc", re.M), re.findall("a.c", "a\nc abc", re.S), re.findall("(?i)ab", "AB aB"))
