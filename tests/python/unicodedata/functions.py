import unicodedata as u
print(u.name("é"), u.lookup("SNOWMAN"), u.category("A"), u.category("1"), u.category(" "), u.normalize("NFD", "é") == "e\u0301", u.normalize("NFKC", "ﬁ①"), u.numeric("½"), u.decimal("7"), u.combining("\u0301"), u.bidirectional("א"), u.east_asian_width("漢"), u.mirrored("("))
print("".join(c for c in u.normalize("NFD", "Crème Brûlée") if not u.combining(c)), u.name("\x00", "none"), u.is_normalized("NFC", "é"))
