import base64, binascii
print(base64.b64encode(b"hello?>"), base64.b64decode("aGVsbG8="), base64.urlsafe_b64encode(b"\xfb\xff"), base64.b32encode(b"ab"), base64.b16encode(b"\xff"), base64.b85encode(b"data"), base64.a85encode(b"data"), base64.b64decode("aGVs\nbG8="), base64.encodebytes(b"x" * 60)[:5])
print(binascii.hexlify(b"ab"), binascii.unhexlify("6162"), binascii.crc32(b"hello"), binascii.b2a_base64(b"x"), binascii.hexlify(b"abc", "-"), binascii.crc_hqx(b"a", 0))
for bad in [lambda: base64.b64decode("abc"), lambda: binascii.unhexlify("abc"), lambda: base64.b64decode("a!b", validate=True)]:
    try:
        bad()
    except binascii.Error as error:
        print("binascii.Error")
