"""`/context`: the contexts as read-only files, for code that expects files.

The files are the texts already in memory, so nothing of the host is reached, and they are the same
after a rollback, in a fork and in a replay. `open`, `pathlib` and what `os` and `os.path` say about
files see them; every other path goes on to where it went before.
"""

import builtins
import errno
import io
import os

ROOT = "/context"

# Every folder as a dict of its entries; a file is its text.
_root = {}

# What the variable `context` has put there.
_of_context = []


def mount(name, shape, names, values):
    """Adds a context. The texts of the variable `context` lie in /context itself, those of any other
    in /context/NAME; a single text is the file /context/NAME."""
    if shape == "one":
        _root[name] = values[0]
    elif shape in ("list", "dict"):
        if name == "context":
            folder = _root
            for old in _of_context:
                _root.pop(old, None)
        else:
            folder = _root[name] = {}
        before = set(_root)
        for path, value in zip(names, values):
            _put(folder, path, value)
        if folder is _root:
            _of_context[:] = [entry for entry in _root if entry not in before]


def _put(folder, path, value):
    *parents, last = [part for part in path.split("/") if part not in ("", ".", "..")] or ["_"]
    for part in parents:
        inner = folder.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        folder = inner
    folder[last] = value


def _parts(path):
    """The names that lead to `path` from the root, or None where it lies elsewhere."""
    if isinstance(path, int) or not _root:
        return None
    try:
        path = os.fspath(path)
    except TypeError:
        return None
    if isinstance(path, bytes):
        path = path.decode("utf-8", "surrogateescape")
    if not path.startswith(ROOT):
        return None
    path = os.path.normpath(path)
    if path != ROOT and not path.startswith(ROOT + "/"):
        return None
    return [part for part in path[len(ROOT):].split("/") if part]


def _look(path, parts):
    node = _root
    for part in parts:
        if not isinstance(node, dict):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
        if part not in node:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        node = node[part]
    return node


class _TextFile(io.TextIOBase):
    """A text in memory, read in place. Positions count characters."""

    encoding = "utf-8"
    errors = "strict"
    newlines = None

    def __init__(self, text, path, mode):
        self._text, self._at, self.name, self.mode = text, 0, path, mode

    def readable(self):
        return True

    def seekable(self):
        return True

    def _check(self):
        if self.closed:
            raise ValueError("I/O operation on closed file.")

    def read(self, size=-1):
        self._check()
        start = self._at
        end = len(self._text) if size is None or size < 0 else min(len(self._text), start + size)
        self._at = max(start, end)
        return self._text if (start, end) == (0, len(self._text)) else self._text[start:end]

    def readline(self, size=-1):
        self._check()
        start = self._at
        end = self._text.find("\n", start) + 1 or len(self._text)
        if size is not None and size >= 0:
            end = min(end, start + size)
        self._at = max(start, end)
        return self._text[start:end]

    def readlines(self, hint=-1):
        lines, size = [], 0
        for line in self:
            lines.append(line)
            size += len(line)
            if hint is not None and 0 < hint <= size:
                break
        return lines

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def __iter__(self):
        self._check()
        return self

    def seek(self, offset, whence=0):
        self._check()
        self._at = max(0, offset + (0, self._at, len(self._text))[whence])
        return self._at

    def tell(self):
        return self._at


def _open(path, mode):
    parts = _parts(path)
    if parts is None:
        return None
    shown = os.fspath(path)
    if set(mode) & set("wax+"):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), shown)
    node = _look(shown, parts)
    if isinstance(node, dict):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), shown)
    if "b" in mode:
        file = io.BytesIO(node if isinstance(node, bytes) else node.encode())
        file.name = shown
        return file
    return _TextFile(node.decode() if isinstance(node, bytes) else node, shown, mode)


class _Entry:
    """What `os.scandir` gives."""

    def __init__(self, folder, name, node):
        self.name, self.path, self._node = name, folder.rstrip("/") + "/" + name, node

    def is_dir(self, *, follow_symlinks=True):
        return isinstance(self._node, dict)

    def is_file(self, *, follow_symlinks=True):
        return not isinstance(self._node, dict)

    def is_symlink(self):
        return False

    def is_junction(self):
        return False

    def inode(self):
        return id(self._node)

    def stat(self, *, follow_symlinks=True):
        return _stat_of(self._node)

    def __fspath__(self):
        return self.path

    def __repr__(self):
        return f"<DirEntry {self.name!r}>"


class _Entries:
    """An iterator that is also a context manager, as `os.scandir` returns."""

    def __init__(self, entries):
        self._entries = iter(entries)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._entries)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._entries = iter(())


def _stat_of(node):
    if isinstance(node, dict):
        kind, size = 0o040555, 0
    else:
        # The size in bytes; ASCII and bytes have it at hand.
        kind, size = 0o100444, len(node) if isinstance(node, bytes) or node.isascii() else len(node.encode())
    return os.stat_result((kind, id(node), 0, 1, 0, 0, size, 0, 0, 0))


def _folder(path):
    parts = _parts(path)
    if parts is None:
        return None
    node = _look(os.fspath(path), parts)
    if not isinstance(node, dict):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), os.fspath(path))
    return node


def _install():
    before = {name: getattr(os, name) for name in ("stat", "lstat", "listdir", "scandir", "access")}
    plain_open = io.open

    def open(file, mode="r", *args, **kwargs):
        mine = _open(file, mode)
        return plain_open(file, mode, *args, **kwargs) if mine is None else mine

    def stat(path, *args, **kwargs):
        parts = _parts(path)
        return before["stat"](path, *args, **kwargs) if parts is None else _stat_of(_look(os.fspath(path), parts))

    def lstat(path, *args, **kwargs):
        parts = _parts(path)
        return before["lstat"](path, *args, **kwargs) if parts is None else _stat_of(_look(os.fspath(path), parts))

    def listdir(path="."):
        folder = _folder(path)
        return before["listdir"](path) if folder is None else list(folder)

    def scandir(path="."):
        folder = _folder(path)
        if folder is None:
            return before["scandir"](path)
        return _Entries([_Entry(os.fspath(path), name, node) for name, node in folder.items()])

    def access(path, mode, *args, **kwargs):
        parts = _parts(path)
        if parts is None:
            return before["access"](path, mode, *args, **kwargs)
        try:
            _look(os.fspath(path), parts)
        except OSError:
            return False
        return not mode & os.W_OK

    def exists(path):
        try:
            os.stat(path)
        except (OSError, ValueError):
            return False
        return True

    def isdir(path):
        try:
            return os.stat(path).st_mode & 0o170000 == 0o040000
        except (OSError, ValueError):
            return False

    def isfile(path):
        try:
            return os.stat(path).st_mode & 0o170000 == 0o100000
        except (OSError, ValueError):
            return False

    os.stat, os.lstat, os.listdir, os.scandir, os.access = stat, lstat, listdir, scandir, access
    os.path.exists, os.path.isdir, os.path.isfile = exists, isdir, isfile
    builtins.open = io.open = open


_install()
