s = "hELLO wORLD"
print(s.upper(), s.lower(), s.title(), s.capitalize(), s.swapcase(), "ß".casefold(), "they're".title())
print("x".center(5, "*") + "|" + "x".ljust(4) + "|" + "x".rjust(4) + "|" + "-7".zfill(5), "\tx".expandtabs(4))
print("  x ".strip() + "|" + "xxaxx".strip("x") + "|" + "  x ".lstrip() + "|" + "abcba".rstrip("ab"))
print("abc".translate(str.maketrans("ab", "12", "c")), "abc".translate({97: None, 98: "BB"}))
