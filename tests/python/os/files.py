import os, tempfile
base = tempfile.mkdtemp()
os.chdir(base)
os.makedirs("a/b/c"); os.makedirs("a/b", exist_ok=True)
for name in ["a/1.txt", "a/b/2.txt"]:
    with open(name, "w") as f:
        f.write(name)
print(sorted(os.listdir("a")), os.path.isdir("a/b"), os.path.isfile("a/1.txt"), os.path.getsize("a/1.txt"), os.stat("a/1.txt").st_size, os.path.exists("zz"))
print([(p.replace(base, ""), sorted(d), sorted(f)) for p, d, f in os.walk("a")], sorted((e.name, e.is_dir()) for e in os.scandir("a")))
os.rename("a/1.txt", "a/b/one.txt"); os.replace("a/b/2.txt", "a/b/one.txt")
print(open("a/b/one.txt").read(), os.listdir("a/b/c"))
for bad in [lambda: os.rmdir("a"), lambda: os.remove("nope"), lambda: os.mkdir("a"), lambda: os.listdir("nope"), lambda: open("a"), lambda: open("a/b/one.txt/x")]:
    try:
        bad()
    except OSError as error:
        print(type(error).__name__, error.strerror)
os.remove("a/b/one.txt"); os.rmdir("a/b/c"); os.removedirs("a/b")
print(os.listdir("."), os.getcwd() == os.path.realpath(base))
