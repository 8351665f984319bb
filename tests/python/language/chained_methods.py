text = "  The Quick, brown fox.  "
print(text.strip().rstrip(".").lower().replace(",", "").split()[::-1])
print("".join(reversed("abc")).upper().center(9, "*").partition("C"))
print([*map(str.title, "a b".split())], sorted("banana", key="nab".index))
