"""A string built with `+=` at the top level of a cell."""

#: timed
text = ""
for i in range(100_000):
    text += "line " + str(i) + "\n"
print(len(text), text[-12:])
