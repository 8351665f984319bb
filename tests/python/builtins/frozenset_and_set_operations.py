f = frozenset("abc")
print(len(f), f | {"d"} == frozenset("abcd"), isinstance(f | {"d"}, frozenset), {1} | f == f | {1}, f <= set("abcd"), f.union("de", ["f"]) == frozenset("abcdef"), sorted(f.difference("a")), f.symmetric_difference("cd") == frozenset("abd"))
s = {1, 2, 3}
s -= {1}; s ^= {3, 4}; s |= {9}; s &= {2, 4, 9}
print(sorted(s), s.pop() in {2, 4, 9}, len(s))
