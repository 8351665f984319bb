import os, tempfile
os.chdir(tempfile.mkdtemp())
fd = os.open("f", os.O_RDWR | os.O_CREAT | os.O_EXCL)
print(os.write(fd, b"hello"), os.lseek(fd, 1, 0), os.read(fd, 3), os.fstat(fd).st_size)
os.ftruncate(fd, 2)
os.close(fd)
os.symlink("f", "l"); os.link("f", "h")
print(os.readlink("l"), os.path.islink("l"), open("l").read(), os.stat("f").st_nlink, os.path.samefile("f", "h"), os.path.realpath("l").endswith("/f"))
os.unlink("f")
print(os.path.exists("l"), os.path.lexists("l"), open("h").read())
try:
    os.open("h", os.O_CREAT | os.O_EXCL)
except FileExistsError as error:
    print(error.filename)
try:
    os.read(fd, 1)
except OSError as error:
    print(type(error).__name__)
with os.fdopen(os.open("h", os.O_RDONLY), "rb") as f:
    print(f.read())
