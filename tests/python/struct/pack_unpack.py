import struct
print(struct.pack("<IhB", 1, -2, 255), struct.unpack(">I", b"\x00\x00\x01\x00"), struct.calcsize("<IhB"), struct.pack(">d", 1.5).hex(), struct.pack("3s?", b"ab", True), struct.unpack("<2H", b"\x01\x00\x02\x00"))
print(list(struct.iter_unpack("<H", b"\x01\x00\x02\x00")), struct.unpack_from("<B", b"abc", 1), struct.Struct("<Q").pack(2 ** 63).hex(), struct.pack("<f", 0.1).hex(), struct.pack("<e", 1.0).hex())
for bad in [lambda: struct.pack("B", 256), lambda: struct.unpack("I", b"a"), lambda: struct.pack("z", 1)]:
    try:
        bad()
    except struct.error as error:
        print("struct.error")
