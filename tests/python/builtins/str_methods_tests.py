for s in ["abc", "ABC", "a1", "12", "²", "½", " ", "", "aB", "Title Case", "var_1", "1x", "١٢"]:
    print(repr(s), s.isalpha(), s.isdigit(), s.isdecimal(), s.isnumeric(), s.isalnum(), s.isspace(), s.isupper(), s.islower(), s.istitle(), s.isidentifier(), s.isascii())
