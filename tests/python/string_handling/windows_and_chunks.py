s = "abcdefghij"
print([s[i:i + 3] for i in range(0, len(s), 3)], [s[i:i + 2] for i in range(len(s) - 1)][:3], list(zip(*[iter(s)] * 5)))
print([i for i in range(len("banana")) if "banana".startswith("an", i)], "a,b;c".replace(";", ",").split(","))
text = "x" * 50 + "NEEDLE" + "y" * 50
i = text.find("NEEDLE")
print(i, text[max(0, i - 3):i + 9], text.count("x"))
