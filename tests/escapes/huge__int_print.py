#! expect = "raised: ValueError: Exceeds the limit (4300 digits) for integer string conversion<*>"
print(10 ** 100_000)
