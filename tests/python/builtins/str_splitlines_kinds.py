for s in ["a\nb", "a\r\nb\r", "a\x0bb\x0cc", "a\u2028b\x85c", "\n", "", "a\n\nb\n"]:
    print(s.splitlines(), s.splitlines(keepends=True), s.split("\n"))
