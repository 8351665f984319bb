import configparser, io
c = configparser.ConfigParser()
c.read_string("[DEFAULT]\nroot = /r\n[a]\npath = %(root)s/x\nn = 5\nflag = yes\n# comment\nlist = 1,\n  2\n")
print(c["a"]["path"], c.getint("a", "n"), c.getboolean("a", "flag"), c.sections(), c.get("a", "zz", fallback="d"), c.has_option("a", "n"), dict(c["a"])["root"], c["a"]["list"].split())
c["b"] = {"k": "v"}
out = io.StringIO()
c.write(out)
print(out.getvalue().splitlines()[0], "[b]" in out.getvalue())
try:
    c["nope"]
except KeyError as error:
    print(error)
