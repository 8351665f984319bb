print(bin(10), bin(-10), hex(255), oct(8), chr(8364), ord("€"), ascii("é€"), chr(0x1F600))
for bad in [lambda: chr(-1), lambda: ord("ab"), lambda: chr(0x110000), lambda: hex(1.5)]:
    try:
        bad()
    except Exception as error:
        print(type(error).__name__)
