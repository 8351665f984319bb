import os
path = os.path.join(os.environ.get("TMPDIR", "/tmp"), "rlm-open-modes.txt")
with open(path, "w") as f:
    print(f.write("one\ntwo\n"), f.mode, f.closed)
print(f.closed)
with open(path) as f:
    print(f.readline(), f.read(), repr(f.read()))
with open(path, "a") as f:
    f.write("three\n")
with open(path, "r+") as f:
    f.seek(0, 2)
    f.write("four")
    f.seek(0)
    print(f.readlines())
with open(path, "rb") as f:
    print(f.read(3), f.tell(), f.seek(-2, 2), f.read())
print([line.rstrip() for line in open(path)])
for mode in ["x", "q", "rw"]:
    try:
        open(path, mode)
    except (OSError, ValueError) as error:
        print(type(error).__name__)
os.remove(path)
try:
    open(path)
except FileNotFoundError as error:
    print(error.strerror, error.filename == path)
