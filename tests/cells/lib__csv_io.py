import csv, io
text = 'name,note\nann,"a, ""quoted"" one"\nbob,"two\nlines"\n'
list(csv.DictReader(io.StringIO(text)))
#= [{'name': 'ann', 'note': 'a, "quoted" one'}, {'name': 'bob', 'note': 'two\nlines'}]
# %%
out = io.StringIO()
w = csv.writer(out, delimiter=";", lineterminator="\n")
w.writerow(["a", 1, "x;y", None])
w.writerows([[1.5, 'q"q']])
out.getvalue()
#= 'a;1;"x;y";\n1.5;"q""q"\n'
# %%
b = io.BytesIO(b"line1\nline2")
b.readline(), b.tell(), b.read(), [line for line in io.StringIO("a\nb\n")], io.TextIOWrapper(io.BytesIO("ä\n".encode())).read()
#= (b'line1\n', 6, b'line2', ['a\n', 'b\n'], 'ä\n')
