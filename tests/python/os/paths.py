import os.path as p
print(p.join("a", "b", "/c", "d"), p.basename("/x/y.txt"), p.dirname("/x/y.txt"), p.split("/a/b/"), p.splitext("f.tar.gz"), p.normpath("/a/./b/../c//d"), p.isabs("/a"), p.commonpath(["/a/b", "/a/c"]), p.commonprefix(["abc", "abd"]), p.relpath("/a/b", "/a/c"), p.splitext(".bashrc"), p.expanduser("x"))
import os
print(os.sep, os.linesep == "\n", os.curdir, os.fspath("x"), os.path.splitroot("/a/b") if hasattr(os.path, "splitroot") else ("", "/", "a/b"), os.getenv("NOT_SET_ANYWHERE", "default"), isinstance(os.getpid(), int))
