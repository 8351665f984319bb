name, n, x = "Ann", 42, 3.14159
print(f"{name!r:>8}|{n:05d}|{x:.2f}|{n:#x}|{n:,}|{x:e}|{n:+}|{1e6:_}|{0.25:.1%}")
print(f"{name=} {n + 1 = } {x=:.1f} {'nested'!s}")
print(f"{{literal}} {n:{'>'}{6}} {[i for i in range(3)]}")
width, prec = 10, 3
print(f"{x:{width}.{prec}}|{name:^{width}}|{name:*<{width}}")
print(f"{'a' if n > 5 else 'b'} {(lambda v: v * 2)(4)} {n!s:>4}")
import datetime
print(f"{datetime.date(2024, 1, 5):%d/%m/%Y}")
