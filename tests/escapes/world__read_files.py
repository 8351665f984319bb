from pathlib import Path
import os, io, glob, shutil, tempfile
found = []
def attempt(what, *args):
    try:
        got = what(*args)
        found.append((getattr(what, "__name__", "?"), args, str(got)[:200]))
    except (OSError, NotImplementedError, AttributeError):
        pass
for path in [canary_path, "/etc/passwd", "/proc/self/environ", "/proc/1/environ", "/dev/random", "Cargo.toml", "../Cargo.toml", "//etc/passwd", "/../etc/passwd", "/dev/fd/3"]:
    attempt(lambda p: open(p).read(), path)
    attempt(lambda p: open(p, "rb").read(), path)
    attempt(lambda p: io.FileIO(p).readall(), path)
    attempt(lambda p: os.open(p, os.O_RDONLY), path)
    attempt(lambda p: Path(p).read_text(), path)
    attempt(os.stat, path)
    attempt(os.readlink, path)
    attempt(shutil.copy, path, "copy")
found
#= []
# %%
listed = []
for path in ["/", ".", "..", "/etc", "/proc", "/proc/self/fd", "/tmp", os.path.dirname(canary_path)]:
    try:
        listed.append((path, os.listdir(path)))
    except OSError:
        pass
listed, list(os.walk("/")), glob.glob("/*"), [*glob.iglob("**", recursive=True)]
#= ([('/', ['tmp']), ('.', []), ('..', ['tmp']), ('/tmp', [])], [('/', ['tmp'], []), ('/tmp', [], [])], ['/tmp'], [])
