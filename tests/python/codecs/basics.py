import codecs, io
print(codecs.encode("hello", "rot13"), codecs.decode(b"6869", "hex"), codecs.encode(b"hi", "base64"), codecs.BOM_UTF8, codecs.lookup("utf8").name, codecs.getincrementaldecoder("utf-8")().decode(b"\xc3"))
print("a\ufeffb".encode("utf-8-sig")[:3], b"\xef\xbb\xbfx".decode("utf-8-sig"), "é".encode("cp1252"), "я".encode("koi8-r"), "漢".encode("gbk"), "あ".encode("shift_jis"), "x".encode("utf-32-be"), "a\\n".encode().decode("unicode_escape"))
codecs.register_error("star", lambda e: ("*" * (e.end - e.start), e.end))
print("aéb".encode("ascii", "star"), codecs.open is not None, codecs.iterdecode and list(codecs.iterdecode([b"\xc3", b"\xa9"], "utf-8")))
