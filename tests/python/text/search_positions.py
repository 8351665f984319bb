text = "one two three two one\n" * 3
at, found = 0, []
while (at := text.find("two", at)) != -1:
    found.append(at)
    at += 1
print(found, text.rindex("one"), text.count("o"), [i for i, l in enumerate(text.splitlines()) if "three" in l], text.index("three", 20))
lines = text.splitlines()
print(lines[0].split()[1:3], [(n, l[:3]) for n, l in enumerate(lines, 1)], text[found[0]:found[0] + 3], text[-5:].strip())
