text = "name: Ann\nage: 30\n\n# comment\ncity : Oslo: NO"
d = {}
for line in text.splitlines():
    if not line.strip() or line.startswith("#"):
        continue
    key, _, value = line.partition(":")
    d[key.strip()] = int(value) if value.strip().isdigit() else value.strip()
print(d)
blocks = "a: 1\nb: 2\n\na: 3\n".strip().split("\n\n")
print([dict(l.split(": ") for l in b.splitlines()) for b in blocks])
