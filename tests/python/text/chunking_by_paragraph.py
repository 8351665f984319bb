text = "\n\n".join(f"Paragraph {n} " + "word " * n for n in range(1, 6))
chunks, size = [""], 60
for p in text.split("\n\n"):
    if len(chunks[-1]) + len(p) > size:
        chunks.append("")
    chunks[-1] += p.strip() + "\n"
print([len(c) for c in chunks], chunks[0].splitlines()[0], sum(c.count("word") for c in chunks))
print([text[i:i + 40] for i in range(0, len(text), 35)][1], [c.rsplit(" ", 1)[0] for c in ["cut at a wo"]])
