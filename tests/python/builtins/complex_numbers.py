z = 3 + 4j
print(z.real, z.imag, abs(z), z.conjugate(), z * 2, z ** 2, z / (1 - 1j), z == 3 + 4j, complex("1-2j"), -z, 1j * 1j)
try:
    z < 1
except TypeError as error:
    print(error)
