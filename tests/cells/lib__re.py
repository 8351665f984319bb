import re
re.findall(r"(\w+)@(\w+)\.com", "ann@a.com, bob@b.com"), re.sub(r"(\d+)", lambda m: str(int(m[1]) * 2), "a1b22"), re.split(r"[,;]\s*", "a, b;c")
#= ([('ann', 'a'), ('bob', 'b')], 'a2b44', ['a', 'b', 'c'])
# %%
m = re.match(r"(?P<year>\d{4})-(?P<month>\d\d)", "2026-03-04")
m.group("year"), list(m.groupdict().items()), m.span(2), m.end(), re.fullmatch(r"\d+", "12x"), m[0]
#= ('2026', [('year', '2026'), ('month', '03')], (5, 7), 7, None, '2026-03')
# %%
re.findall(r"^\w+", "one\ntwo", re.M), re.search("A.B", "a\nb", re.I | re.S).group(), re.sub(r"(?<=a)b(?!c)", "X", "abc abd"), re.escape("a.b"), re.compile(r"""
    \d+   # digits
    """, re.X).findall("1 22")
#= (['one', 'two'], 'a\nb', 'abc aXd', 'a\\.b', ['1', '22'])
# %%
#! expect = "raised: PatternError: missing ), unterminated subpattern at position 0 | raised: error: missing ), unterminated subpattern at position 0"
re.compile("(a")
# %%
re.subn(r"(a)(b)?", r"[\1]", "aab"), re.findall(r"(?i)straße", "STRASSE straße"), re.split(r"(,)", "a,b"), bool(re.match(rb"\x00", b"\x00"))
#= (('[a][a]', 2), ['straße'], ['a', ',', 'b'], True)
