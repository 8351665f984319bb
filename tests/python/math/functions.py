import math
print(math.sqrt(2), math.floor(-1.5), math.ceil(1.2), math.trunc(-1.7), math.gcd(12, 18, 27), math.lcm(4, 6), math.factorial(10), math.comb(10, 3), math.perm(5, 2))
print(math.hypot(3, 4), math.dist((0, 0), (1, 1)), math.prod([1, 2, 3]), math.fsum([0.1] * 10), math.isclose(0.1 + 0.2, 0.3), math.isqrt(10 ** 20 + 1), math.log2(1024), math.log10(1000), math.log(8, 2), math.log1p(0))
print(round(math.sin(1), 12), round(math.atan2(1, -1), 12), math.degrees(math.pi), math.radians(180) == math.pi, math.modf(3.25), math.frexp(8.0), math.ldexp(0.5, 4), math.copysign(3, -0.0), math.fmod(-7, 3), math.remainder(7, 3))
print(math.inf, math.nan, math.isnan(math.nan), math.isinf(-math.inf), math.isfinite(1), math.ulp(1.0), math.nextafter(1.0, 2.0), round(math.cbrt(27), 12), math.exp2(3), math.e, math.tau)
