import io
s = io.StringIO("one\ntwo\nthree")
print(s.readline(), s.tell(), s.read(3), s.seek(0), s.readlines(), s.read(), s.getvalue()[:3])
w = io.StringIO()
print(w.write("abc"), w.writelines(["d", "e"]), w.getvalue(), w.truncate(2), w.getvalue(), w.closed)
b = io.BytesIO(b"abcdef")
print(b.read(2), b.seek(-2, 2), b.read(), b.getbuffer()[0], b.readable(), b.getvalue())
t = io.TextIOWrapper(io.BytesIO("é\r\nx".encode()), encoding="utf-8")
print(list(t), io.TextIOWrapper(io.BytesIO(b"a\r\nb"), newline="").read() == "a\r\nb")
with io.StringIO("x") as f: pass
try:
    f.read()
except ValueError as error:
    print(error)
print([line for line in io.StringIO("a\nb")], io.IncrementalNewlineDecoder(None, True).decode("a\r\nb"))
