import fnmatch, glob, os, tempfile
print(fnmatch.fnmatch("a.txt", "*.txt"), fnmatch.filter(["a1", "b2", "a3"], "a?"), fnmatch.fnmatchcase("A", "a"), fnmatch.fnmatch("x", "[!a-w]"))
os.chdir(tempfile.mkdtemp())
os.makedirs("d/e")
for n in ["1.py", "2.txt", "d/3.py", "d/e/4.py", ".hid.py"]:
    open(n, "w").close()
print(sorted(glob.glob("*.py")), sorted(glob.glob("**/*.py", recursive=True)), sorted(glob.glob("d/*")), glob.glob("zz*"), sorted(glob.iglob("[12].*")), glob.escape("a[b"))
