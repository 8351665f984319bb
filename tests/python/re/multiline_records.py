import re
text = "Package: a\nVersion: 1\nDescription: x\n more x\n\nPackage: b\nVersion: 2\n"
records = [dict(re.findall(r"^(\w+): (.*(?:\n .*)*)", block, re.M)) for block in re.split(r"\n{2,}", text.strip())]
print(records, [m.start() for m in re.finditer(r"^Package: ", text, re.M)])
print(re.search(r"Package: b\n(?:.+\n)*?Version: (\S+)", text)[1], len(re.compile(r"(?ms)^Package:.*?(?=^Package:|\Z)").findall(text)))
