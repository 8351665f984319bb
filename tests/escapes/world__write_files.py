import os, tempfile, shutil
done = []
def attempt(name, what):
    try:
        what()
        done.append(name)
    except (OSError, NotImplementedError, AttributeError):
        pass
for path in ["/out.txt", "/etc/out.txt", "../out.txt", "/tmp/../out.txt", canary_path]:
    attempt(f"open {path}", lambda: open(path, "w").write("x"))
    attempt(f"os.open {path}", lambda: os.open(path, os.O_WRONLY | os.O_CREAT))
    attempt(f"mkdir {path}", lambda: os.mkdir(path + ".d"))
    attempt(f"remove {path}", lambda: os.remove(path))
    attempt(f"rename {path}", lambda: os.rename(path, path + "2"))
    attempt(f"symlink {path}", lambda: os.symlink("/etc/passwd", path + ".l"))
    attempt(f"link {path}", lambda: os.link("/etc/passwd", path + ".h"))
    attempt(f"truncate {path}", lambda: os.truncate(path, 0))
    attempt(f"chmod {path}", lambda: os.chmod(path, 0o777))
attempt("tempdir", lambda: tempfile.mkdtemp(dir="/"))
attempt("rmtree", lambda: shutil.rmtree("/tmp"))
attempt("rename", lambda: os.rename("/tmp", "/tmp2"))
done
#= []
# %%
os.symlink("/etc/passwd", "/tmp/link")
os.symlink("../../../../etc", "/tmp/up")
os.symlink("loop", "/tmp/loop")
for path in ["/tmp/link", "/tmp/up/passwd", "/tmp/loop", "/tmp/link/x"]:
    attempt(f"through {path}", lambda: open(path).read())
    attempt(f"write through {path}", lambda: open(path, "w").write("x"))
done, os.listdir("/")
#= ([], ['tmp'])
