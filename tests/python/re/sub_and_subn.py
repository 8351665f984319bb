import re
print(re.sub(r"(\w+) (\w+)", r"\2 \1", "hello world"), re.sub("a", "b", "aaa", count=2), re.subn("a", "b", "aaa"))
print(re.sub(r"\d+", lambda m: str(int(m.group()) * 2), "a1 b20"), re.sub(r"(?P<x>a)", r"<\g<x>>", "banana"), re.sub("x*", "-", "abxd"))
print(re.sub(r"\s+", " ", "a  b\n\nc"), re.sub(r"[aeiou]", "", "education"), re.sub("", "-", "abc"), re.sub(r"\\", "/", r"a\b"))
