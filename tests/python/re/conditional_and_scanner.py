import re
print([bool(re.fullmatch(r"(<)?\w+(?(1)>|$)", s)) for s in ["<a>", "a", "<a", "a>"]])
p = re.compile(r"\d+")
print(p.search("ab12cd34", 4).group(), p.match("12", 1).group(), p.fullmatch("a12b", 1, 3).group(), p.findall("1 22", 2))
print(repr(p), p == re.compile(r"\d+"), re.purge(), repr(p.search("x7")))
