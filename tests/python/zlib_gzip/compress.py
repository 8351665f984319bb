import zlib, gzip, bz2, lzma, io
data = b"hello " * 100
for m in (zlib, gzip, bz2, lzma):
    c = m.compress(data)
    print(m.__name__, len(c) < len(data), m.decompress(c) == data)
print(zlib.crc32(b"abc"), zlib.adler32(b"abc"))
d = zlib.decompressobj()
print(d.decompress(zlib.compress(data)[:10]) + d.flush() is not None)
out = io.BytesIO()
with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as f:
    f.write(b"line1\nline2\n")
print(gzip.GzipFile(fileobj=io.BytesIO(out.getvalue())).readlines(), gzip.open(io.BytesIO(out.getvalue()), "rt").read().split())
try:
    zlib.decompress(b"not")
except zlib.error as error:
    print("zlib.error")
