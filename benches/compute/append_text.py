"""A string built with `+=` in a function."""

def build(n):
    text = ""
    for i in range(n):
        text += "ab"
    return text

#: timed
text = build(200_000)
print(len(text), text[:4], text[-4:])
