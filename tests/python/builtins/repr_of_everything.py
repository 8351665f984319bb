print(repr("it's"), repr('say "hi"'), repr("both ' and \""), repr("\n\t\x00\u200b"), repr(b"\xff'"), repr(bytearray(b"a")))
print([1, "a", None, 2.0, True, (1,), {}, set(), {1}, frozenset(), b"", 1j, ...], range(3), slice(1), type, int)
print(repr(1e100), repr(-0.0), repr(1 + 0j), repr(2 ** 70), repr(float("nan")))
class A: pass
print(repr(A()).startswith("<__main__.A object at 0x"), repr(len), repr(print)[:10])
