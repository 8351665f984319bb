import textwrap, string, difflib, unicodedata, fnmatch, html
textwrap.wrap("the quick brown fox", 10), textwrap.dedent("  a\n   b"), textwrap.shorten("hello big world", 11), string.ascii_lowercase[:3], string.Template("$a!").substitute(a=1)
#= (['the quick', 'brown fox'], 'a\n b', 'hello [...]', 'abc', '1!')
# %%
difflib.get_close_matches("appel", ["ape", "apple", "peach"]), round(difflib.SequenceMatcher(None, "abcd", "bcde").ratio(), 2), list(difflib.unified_diff(["a"], ["b"], lineterm=""))[-2:]
#= (['apple', 'ape'], 0.75, ['-a', '+b'])
# %%
unicodedata.normalize("NFD", "é") == "e\u0301", unicodedata.name("ä"), unicodedata.category("A"), fnmatch.filter(["a.py", "b.c"], "*.py"), html.escape("<a&b>"), html.unescape("&lt;&eacute;")
#= (True, 'LATIN SMALL LETTER A WITH DIAERESIS', 'Lu', ['a.py'], '&lt;a&amp;b&gt;', '<é')
