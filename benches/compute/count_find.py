"""`count`, `find` and `in` over 20 MB."""

text = "the quick brown fox jumps over the lazy dog, and then some more; " * 320_000 + "needle"

#: timed
places = []
at = text.find("lazy dog")
while at != -1 and len(places) < 100_000:
    places.append(at)
    at = text.find("lazy dog", at + 1)
print(text.count("fox"), text.find("needle"), "absent" in text, text.rfind("quick"), len(places))
