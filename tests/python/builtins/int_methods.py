print((10).bit_length(), (255).to_bytes(2, "big"), int.from_bytes(b"\x00\xff", "big"), (7).bit_count(), (5).as_integer_ratio(), (3).conjugate(), (2).numerator)
print((0.5).as_integer_ratio(), (2.5).is_integer(), float.fromhex("0x1p-2"), True + True, True * 5, ~True if False else -2)
