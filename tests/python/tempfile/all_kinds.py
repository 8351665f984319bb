import os, tempfile
with tempfile.TemporaryDirectory() as d:
    path = os.path.join(d, "f")
    open(path, "w").write("x")
    print(os.path.isdir(d), os.listdir(d))
print(os.path.exists(d))
with tempfile.NamedTemporaryFile("w+", suffix=".txt", prefix="pre", delete=False) as f:
    f.write("hi")
print(open(f.name).read(), os.path.basename(f.name).startswith("pre"), f.name.endswith(".txt"))
os.unlink(f.name)
with tempfile.TemporaryFile() as f:
    f.write(b"abc")
    f.seek(1)
    print(f.read())
fd, name = tempfile.mkstemp()
os.write(fd, b"1"); os.close(fd)
print(os.path.getsize(name), os.path.isdir(tempfile.gettempdir()))
