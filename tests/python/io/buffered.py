import io
r = io.BufferedReader(io.BytesIO(b"0123456789"))
print(r.peek(2)[:2], r.read(3), r.read1(2), r.readline(), r.tell())
raw = io.BytesIO()
w = io.BufferedWriter(raw)
w.write(b"abc")
w.flush()
print(raw.getvalue())
buf = bytearray(4)
print(io.BytesIO(b"xyz").readinto(buf), buf)
for bad in [lambda: io.StringIO(b"x"), lambda: io.BytesIO("x"), lambda: io.StringIO().write(5)]:
    try:
        bad()
    except TypeError as error:
        print("TypeError")
