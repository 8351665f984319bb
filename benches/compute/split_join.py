"""10 MB split into lines and fields, and joined again."""

text = "\n".join(f"{i},name {i},{i * 3},{i % 11}" for i in range(400_000))

#: timed
lines = text.split("\n")
fields = [line.split(",") for line in lines]
again = "\n".join([";".join(row) for row in fields])
print(len(text), len(lines), len(again), again[-40:])
