s = "héllo €😀"
print(s.encode(), s.encode("utf-16-le").hex(), s.encode("ascii", "ignore"), s.encode("ascii", "replace"), s.encode("ascii", "xmlcharrefreplace"), s.encode("ascii", "backslashreplace"))
print(b"\xc3\xa9".decode(), b"\xe9".decode("latin-1"), b"a\xffb".decode("utf-8", "replace"), b"a\xff".decode("utf-8", "ignore"), b"\x80".decode("cp1252"))
for bad in [lambda: s.encode("ascii"), lambda: b"\xff".decode(), lambda: s.encode("nope")]:
    try:
        bad()
    except (UnicodeError, LookupError) as error:
        print(type(error).__name__, error)
