import os, tempfile
os.chdir(tempfile.mkdtemp())
open("f", "w").close()
print(os.access("f", os.F_OK), os.access("f", os.R_OK | os.W_OK), os.access("nope", os.F_OK), os.access(".", os.W_OK))
