from pathlib import PurePosixPath as P
p = P("/a/b") / "c.tar.gz"
print(p, p.name, p.stem, p.suffix, p.suffixes, p.parent, p.parents[1], p.parts, p.with_suffix(".txt"), p.with_name("d"), p.relative_to("/a"), p.is_absolute(), p.match("*.gz"), p.as_posix(), P("a") / "/b", P("a//b/../c"), P("x") == P("x"), p.joinpath("e", "f"), P("a/b").with_stem("z"), sorted([P("b"), P("a")]))
try:
    p.relative_to("/zz")
except ValueError as error:
    print("ValueError")
