print("{} {1} {0}".replace("{} ", "").format("a", "b"), "{a.real} {b[0]} {c[k]}".format(a=5, b=[1], c={"k": "v"}))
print("{:>8}|{:<8}|{:^8}|{:*^9}|{:08.3f}|{:+d}|{:,}|{:_}|{:b}|{:#o}|{:%}".format("r", "l", "c", "m", 3.14159, 5, 1234567, 1234567, 5, 8, 0.5))
print("{!r} {!s} {!a}".format("é", "é", "é"), "{:{w}.{p}}".format("abcdef", w=8, p=3), "{{}}".format())
for bad in ["{}", "{0} {}", "{x}", "{:d}"]:
    try:
        print(bad.format(*([] if bad == "{}" else ["a"])))
    except (IndexError, ValueError, KeyError) as error:
        print(type(error).__name__, error)
