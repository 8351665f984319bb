import os, tempfile
from pathlib import Path
base = Path(tempfile.mkdtemp())
d = base / "sub" / "deep"
d.mkdir(parents=True)
f = d / "x.txt"
print(f.write_text("héllo\nworld"), f.read_text(), f.read_bytes()[:3], f.exists(), f.is_file(), d.is_dir(), f.stat().st_size, f.suffix)
(d / "y.py").touch()
(base / "top.txt").write_bytes(b"\x00\x01")
print(sorted(p.relative_to(base).as_posix() for p in base.rglob("*")), sorted(p.name for p in base.glob("**/*.txt")), sorted(p.name for p in d.iterdir()))
g = f.rename(d / "z.txt")
print(g.name, f.exists(), (d / "z.txt").open().readline().strip())
g.unlink()
g.unlink(missing_ok=True)
for bad in [lambda: g.unlink(), lambda: d.mkdir(), lambda: base.rmdir(), lambda: (base / "no").read_text()]:
    try:
        bad()
    except OSError as error:
        print(type(error).__name__)
print(Path("a").resolve().is_absolute(), Path.cwd() == Path(os.getcwd()), d.resolve().name, Path("~x/y").parts)
