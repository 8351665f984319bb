import tomllib
print(tomllib.loads('title = "x"\n[a.b]\nn = 1_000\nf = 1e3\nd = 2024-01-01\nt = true\nl = [1, "two", {k = "v"}]\n[[arr]]\nx = 1\n[[arr]]\nx = 2\n'))
print(tomllib.loads('s = """\nmulti\nline"""\nr = \'raw\\n\'\ndt = 2024-01-01T10:00:00Z'))
for bad in ["a = ", "a = 1\na = 2", "[x", "a 1"]:
    try:
        tomllib.loads(bad)
    except tomllib.TOMLDecodeError as error:
        print("TOMLDecodeError")
