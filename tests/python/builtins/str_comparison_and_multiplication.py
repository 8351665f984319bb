print("a" < "b", "a" < "B", "abc" < "abd", "" < "a", "Z" < "a", "ab" * 3, 0 * "x", -1 * "x", "a" "b")
print(min("banana", "apple"), "x" not in "abc", str(None), str([1, "a"]), "%s" % None, hash("a") == hash("a"))
