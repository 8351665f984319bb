from decimal import Decimal, getcontext, localcontext, ROUND_HALF_UP, ROUND_DOWN, InvalidOperation, DivisionByZero
D = Decimal
print(D("0.1") + D("0.2"), D(1) / D(3), D("1.10") * 2, D("2.675").quantize(D("0.01"), ROUND_HALF_UP), D(0.1), D("1e3"), D("-0"), D("7") // 2, D("-7") % 3, D(2) ** 100, D(2).sqrt(), D("1.50").normalize(), D("123.456").as_tuple(), D("NaN").is_nan())
with localcontext() as c:
    c.prec = 5
    print(D(1) / 7, +D("1.23456789"))
print(sorted([D("2"), D("1.5")]), sum([D("0.1")] * 3), f"{D('1234.5'):,.2f}", int(D("3.9")), round(D("2.5")), round(D("1.005"), 2), D("1") == 1, D("0.5") == 0.5, hash(D(1)) == hash(1), str(D("1E+5")), D("10").exp().quantize(D("1.000")), D("1.2").to_integral_value())
for bad in [lambda: D("x"), lambda: D(1) / 0, lambda: D("1") + 1.5, lambda: D("sNaN") + 1]:
    try:
        bad()
    except Exception as error:
        print(type(error).__name__)
