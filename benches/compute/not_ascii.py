"""Searching, slicing and splitting of 10 MB that is not ASCII."""

text = "Grüße aus Köln, 東京からこんにちは; naïve café №5\n" * 200_000

def run(text):
    lines = text.split("\n")
    hits = sum(1 for line in lines if "Köln" in line)
    middle = text[5_000_000:5_000_040]
    return len(lines), hits, middle, text.count("é"), text.find("№6"), len(text.upper())

#: timed
print(run(text))
