m = memoryview(bytearray(b"abcdef"))
print(m[1], bytes(m[1:3]), len(m), m.tolist()[:2], m.readonly, m.format, m.nbytes)
m[0] = 90
print(bytes(m), m.tobytes()[::2], memoryview(b"ab").readonly, m == bytearray(b"Zbcdef"))
try:
    memoryview(b"x")[0] = 1
except TypeError as error:
    print("TypeError")
print(m[::2].tobytes())
m.release()
