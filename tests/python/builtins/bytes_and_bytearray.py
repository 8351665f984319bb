b = bytes([104, 105])
print(b, b[0], b[:1], list(b), b + b"!", b.hex(), bytes.fromhex("6869 21"), bytes(3), b.decode(), b == "hi")
a = bytearray(b"hello")
a[0] = 72
a[1:3] = b"EY"
a.append(33); a.extend(b"??"); del a[-1]
print(a, a.find(b"l"), bytes(a).split(b"l"), a.upper(), b"a,b".split(b","), b" x ".strip(), a.pop())
print(b"abc".translate(bytes.maketrans(b"a", b"z")), b"%d %s" % (5, b"x"), b"ab".join([b"1", b"2"]), b"\x00\xff".hex(":"))
try:
    bytes([256])
except ValueError as error:
    print(error)
try:
    b"a" + "b"
except TypeError as error:
    print("TypeError")
