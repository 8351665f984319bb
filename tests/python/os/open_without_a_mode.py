import os, tempfile
os.chdir(tempfile.mkdtemp())
os.close(os.open("f", os.O_CREAT))
fd = os.open("f", 0)
print(os.read(fd, 5), os.listdir())
