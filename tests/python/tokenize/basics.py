import tokenize, io, token, keyword
for t in tokenize.generate_tokens(io.StringIO("x = 1 # c\nif x:\n  y('s')\n").readline):
    print(token.tok_name[t.type], repr(t.string), t.start)
print(keyword.iskeyword("for"), keyword.iskeyword("match"), "match" in keyword.softkwlist)
