"""`replace` and case over 20 MB."""

text = "the quick brown fox jumps over the lazy dog, and then some more; " * 320_000

#: timed
out = text.replace("fox", "wolf").upper()
print(len(out), out[:66])
