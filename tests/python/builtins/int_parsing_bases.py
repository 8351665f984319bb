for t, b in [("11", 2), ("zz", 36), ("0b11", 0), ("0xff", 16), ("0o7", 8), ("12", 3), ("9", 9), ("1", 1), ("", 10), ("-0x1A", 0), ("010", 0), ("1 0", 10), ("٣", 10)]:
    try:
        print(repr(t), b, int(t, b))
    except ValueError as error:
        print(error)
