print("a\tb\\n\x41\u00e9\U0001F600\N{BULLET}\101", r"raw\n", b"by\x00te", rb"\d", "con" 'cat' "ed")
print("""multi
line""", 'it\'s', "tab\
joined")
print(len("é"), len("e\u0301"), "ß".upper(), "İ".lower() == "i̇", "ﬁ".casefold())
