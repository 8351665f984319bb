import string
print(string.ascii_lowercase, string.digits, string.punctuation, repr(string.whitespace), string.hexdigits, string.capwords("hello big world"))
t = string.Template("$name has ${n} $$ $missing")
print(t.safe_substitute(name="A", n=1))
try:
    t.substitute(name="A", n=1)
except KeyError as error:
    print(repr(error))
class F(string.Formatter):
    def get_value(self, key, args, kw): return kw.get(key, f"?{key}") if isinstance(key, str) else super().get_value(key, args, kw)
print(F().format("{a} {b} {0}", "zero", a=1), list(string.Formatter().parse("x{a!r:>5}y")))
