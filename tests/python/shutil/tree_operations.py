import os, shutil, tempfile
os.chdir(tempfile.mkdtemp())
os.makedirs("src/in")
open("src/a.txt", "w").write("A")
open("src/in/b.txt", "w").write("B")
shutil.copy("src/a.txt", "copy.txt"); shutil.copytree("src", "dst"); shutil.move("copy.txt", "dst/in/c.txt")
print(sorted(os.path.join(p, f) for p, _, fs in os.walk("dst") for f in fs))
shutil.rmtree("src")
print(os.path.exists("src"), shutil.copyfile("dst/a.txt", "e.txt"), shutil.which("surely-not-a-program"))
archive = shutil.make_archive("pack", "zip", "dst")
os.mkdir("out")
shutil.unpack_archive(archive, "out")
print(sorted(os.listdir("out")), shutil.get_terminal_size((80, 24)).columns > 0)
try:
    shutil.copy("nope", "x")
except FileNotFoundError as error:
    print(error.filename)
