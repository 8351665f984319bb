import zipfile, tarfile, io
b = io.BytesIO()
with zipfile.ZipFile(b, "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("a.txt", "hello"); z.writestr("d/b.txt", b"x" * 100)
with zipfile.ZipFile(b) as z:
    print(z.namelist(), z.read("a.txt"), z.getinfo("d/b.txt").file_size, z.testzip(), z.open("a.txt").read(2))
try:
    zipfile.ZipFile(io.BytesIO(b"no"))
except zipfile.BadZipFile as error:
    print(error)
t = io.BytesIO()
with tarfile.open(fileobj=t, mode="w:gz") as tar:
    info = tarfile.TarInfo("f.txt")
    info.size = 3
    tar.addfile(info, io.BytesIO(b"abc"))
t.seek(0)
with tarfile.open(fileobj=t) as tar:
    print(tar.getnames(), tar.extractfile("f.txt").read())
