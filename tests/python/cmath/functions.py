import cmath
print(cmath.sqrt(-1), cmath.phase(1j) == cmath.pi / 2, cmath.polar(1 + 0j), abs(cmath.exp(1j * cmath.pi) + 1) < 1e-15, cmath.rect(1, 0), cmath.isnan(complex("nan")), cmath.log(1))
print(cmath.isclose(cmath.sqrt(2j) ** 2, 2j), cmath.infj, cmath.nanj.imag != cmath.nanj.imag)
