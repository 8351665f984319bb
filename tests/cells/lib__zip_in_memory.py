import zipfile, io
held = io.BytesIO()
with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("a.txt", "hello " * 100)
with zipfile.ZipFile(held) as z:
    got = z.namelist(), len(z.read("a.txt"))
got
#= (['a.txt'], 600)
