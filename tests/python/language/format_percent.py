print("%s %r %d %5.2f %x %o %e %% %c" % ("s", "r", 5, 3.14159, 255, 8, 1234.5, "c"))
print("%-6s|%6s|%06d|%+d|% d" % ("ab", "cd", 42, 5, 5))
print("%(name)s is %(n)03d" % {"name": "x", "n": 7})
print("%*d %.*f" % (5, 42, 2, 3.14159), "%s" % (("t",),), "%s" % [1])
for bad, args in [("%d", "x"), ("%s %s", 1), ("%s", (1, 2)), ("%q", 1)]:
    try:
        bad % args
    except (TypeError, ValueError) as error:
        print(error)
