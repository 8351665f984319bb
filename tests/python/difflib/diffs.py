import difflib
a, b = "one\ntwo\nthree\n".splitlines(True), "one\n2\nthree\nfour\n".splitlines(True)
print("".join(difflib.unified_diff(a, b, "old", "new")), "".join(difflib.ndiff(a, b)))
print(difflib.get_close_matches("appel", ["ape", "apple", "peach"]), round(difflib.SequenceMatcher(None, "abcd", "bcde").ratio(), 3), difflib.SequenceMatcher(None, "ab", "axb").get_opcodes(), list(difflib.context_diff(["a\n"], ["b\n"]))[-1])
