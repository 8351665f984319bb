s = "a😀é漢"
print(len(s), s[1], s[::-1], s[1:3], [hex(ord(c)) for c in s], s.find("漢"), list(s))
print("漢字".encode("utf-8"), max(s), sorted(s), "é" == "e\u0301", s * 2, "😀" in s)
