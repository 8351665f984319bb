s = "Hello, World"
s.lower(), s.title(), s.swapcase(), s.replace("l", "L", 1), s.center(16, "*"), s.split(", "), s[::-1], s.find("World")
#= ('hello, world', 'Hello, World', 'hELLO, wORLD', 'HeLlo, World', '**Hello, World**', ['Hello', 'World'], 'dlroW ,olleH', 7)
# %%
"ß".upper(), "İ".lower() == "i̇", "ǆ".title(), "a\tb".expandtabs(4), "x".zfill(3), "1,2,,3".split(","), " a  b ".split(), "abc".translate(str.maketrans("ab", "xy"))
#= ('SS', True, 'ǅ', 'a   b', '00x', ['1', '2', '', '3'], ['a', 'b'], 'xyc')
# %%
"ab" < "b", "é" == "e\u0301", "café".encode("latin-1"), b"\xe4".decode("latin-1"), "a" "b", r"\n", "\N{GREEK SMALL LETTER ALPHA}"
#= (True, False, b'caf\xe9', 'ä', 'ab', '\\n', 'α')
# %%
#! expect = "raised: UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 1: invalid start byte"
b"a\xff".decode()
