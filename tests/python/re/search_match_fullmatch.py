import re
m = re.search(r"(\w+)@(?P<host>\w+)\.com", "mail bob@site.com now")
print(m.group(), m.group(1), m["host"], m.groups(), m.groupdict(), m.span(), m.start(1), m.end("host"), m.lastgroup, m.lastindex, m.string[:4], m.re.pattern)
print(re.match(r"b", "abc"), re.fullmatch(r"\d+", "123").group(), re.fullmatch(r"\d+", "123a"), bool(re.search("^b", "a\nb", re.M)))
print(re.search(r"(a)|(b)", "b").groups(), re.search(r"(a)?b", "b").groups("none"), m.expand(r"\g<host>-\1"))
