import re
print(re.findall(r"\w+(?==)", "a=1 b=2"), re.findall(r"(?<=\$)\d+", "$5 6 $7"), re.findall(r"\b(?!no)\w+", "no yes nope maybe"), re.findall(r"(?<!a)b", "ab cb"))
print(re.findall(r"<.+?>", "<a><b>"), re.findall(r"<.+>", "<a><b>"), re.findall(r"a{2,3}?", "aaaa"), re.search(r"(\w)\1", "hello").group(), re.findall(r"(?:ab)+", "ababx ab"))
