s = ""
for i in range(5):
    s += str(i)
print(s, "".join(str(i) for i in range(5)) == s)
parts = []
for w in "a b c".split():
    parts.append(w.upper())
print("-".join(parts), f"{'-'.join(parts)!r}", "%s|%s" % tuple(parts[:2]), "{0}{1}{0}".format(*parts))
