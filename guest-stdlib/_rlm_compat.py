"""Mends parts of the standard library that have no machine to stand on here.

There are no threads (a thread runs to its end inside `start()`), no sockets, no signals and no
time zone but UTC. What can work without them is made to; what cannot says so.
"""

import _rlm
import _thread
import asyncio
import asyncio.base_events
import asyncio.unix_events
import builtins
import calendar
import errno
import functools
import inspect
import io
import os
import queue
import signal
import sys
import tempfile
import threading
import time
import zoneinfo
import zoneinfo._common
import zoneinfo._tzpath

import rlm_pool


def boot():
    """Applies every repair, once, before the base image is taken."""
    _mend_builtins()
    _mend_imports()
    _mend_files()
    _mend_time()
    _mend_zones()
    _mend_threads()
    _mend_asyncio()
    _mend_signals()


def _mend_builtins():
    # An annotation at the top of a cell looks this set up; the compiler's mode for cells does not
    # make it.
    builtins.__conditional_annotations__ = set()
    builtins.quit = builtins.exit = sys.exit
    builtins.help = _help


def _help(subject=None):
    """Prints the documentation of an object."""
    print(inspect.getdoc(subject) or f"no documentation for {subject!r}")


class _Missing:
    """Comes after every finder, and says what to use in place of a module that is not here."""

    def find_spec(self, name, path=None, target=None):
        if name in _INSTEAD:
            raise ModuleNotFoundError(f"No module named '{name}': {_INSTEAD[name]}", name=name)
        return None


_NO_NETWORK = "there is no network in this sandbox; work on the data that is already in variables"
_TABLES = "only the standard library is here; use `import tabular` (read, where, group, count, sort, join), sqlite3, csv, statistics"
_NUMBERS = "only the standard library is here; use lists, math, statistics, array, itertools, fractions"
_NO_PROCESS = "this sandbox is one process and cannot look at the machine under it"
_MARKUP = "only the standard library is here; use html.parser, xml.etree.ElementTree or re"
_PLAIN = "only the standard library is here"
_INSTEAD = {
    **dict.fromkeys(["numpy", "scipy", "sympy", "torch", "tensorflow", "sklearn", "numba"], _NUMBERS),
    **dict.fromkeys(["pandas", "polars", "pyarrow", "duckdb", "openpyxl"], _TABLES),
    **dict.fromkeys(["requests", "httpx", "aiohttp", "urllib3", "openai", "anthropic", "boto3", "_ssl"], _NO_NETWORK),
    **dict.fromkeys(["bs4", "lxml", "html5lib", "parsel"], _MARKUP),
    **dict.fromkeys(["_ctypes", "mmap", "resource", "pwd", "grp", "termios", "syslog", "psutil", "_posixsubprocess"], _NO_PROCESS),
    **dict.fromkeys(["matplotlib", "seaborn", "plotly", "PIL", "cv2"], f"{_PLAIN}, and no screen; print text or tables"),
    **dict.fromkeys(["tkinter", "turtle", "turtledemo", "idlelib", "antigravity"], "there is no screen; print text or tables"),
    **dict.fromkeys(["pip", "ensurepip", "venv", "setuptools"], "nothing can be installed in this sandbox; only the standard library is here"),
    "pydoc_data": "it was left out of this sandbox; use help(object)",
    **dict.fromkeys(["tiktoken", "transformers", "nltk", "spacy"], f"{_PLAIN}; use re, str.split, collections.Counter, or ask llm_query"),
    "yaml": f"{_PLAIN}; use json, tomllib or configparser, or parse simple lines with str.partition",
    "dateutil": f"{_PLAIN}; use datetime.fromisoformat, datetime.strptime, zoneinfo",
    "pytz": f"{_PLAIN}; use zoneinfo.ZoneInfo",
    "regex": f"{_PLAIN}; use re, which has possessive and atomic groups",
    "tqdm": f"{_PLAIN}; loop without a progress bar",
    "pydantic": f"{_PLAIN}; use dataclasses",
    "nest_asyncio": "not needed: `await` works at the top of a cell",
    "tabulate": f"{_PLAIN}; use tabular.show(rows) or f-strings with widths",
    "more_itertools": f"{_PLAIN}; use itertools (batched, pairwise, groupby, chain, islice)",
    "simplejson": f"{_PLAIN}; use json",
    "ujson": f"{_PLAIN}; use json",
    "orjson": f"{_PLAIN}; use json",
}


def _mend_imports():
    sys.meta_path.append(_Missing())


def _mend_files():
    # The one folder that can be written, in the guest's own memory.
    os.chdir("/tmp")
    tempfile.tempdir = "/tmp"
    os.chmod, os.symlink, os.umask, os.system = _chmod, _symlink, _umask, _system
    os.open, os.access = _open(os.open), _access


def _access(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True):
    """Whether there is such a file and, where asked, whether it may be written."""
    try:
        os.stat(path, follow_symlinks=follow_symlinks)
    except OSError:
        return False
    return not mode & os.W_OK or (os.path.realpath(os.fsdecode(path)) + "/").startswith("/tmp/")


def _open(native):
    modes = os.O_RDONLY | os.O_WRONLY | os.O_RDWR

    def open(path, flags, mode=0o777, *, dir_fd=None):
        """Opens a descriptor. Reading is what no flag asks for, as on most machines; WASI has a flag for it."""
        return native(path, flags if flags & modes else flags | os.O_RDONLY, mode, dir_fd=dir_fd)

    return open


def _chmod(path, mode, *, dir_fd=None, follow_symlinks=True):
    """Files have no modes here: looks whether there is one, and changes nothing."""
    os.stat(path, follow_symlinks=follow_symlinks)


def _symlink(src, dst, target_is_directory=False, *, dir_fd=None):
    """Makes a symbolic link to `src` called `dst`."""
    try:
        _rlm.symlink(os.fsdecode(src), os.path.join(os.getcwd(), os.fsdecode(dst)))
    except OSError as error:
        raise type(error)(error.errno, error.strerror, src, None, dst) from None


def _umask(mask):
    """Files have no modes here; says what most machines would."""
    return 0o022


def _system(command):
    """There are no other programs."""
    raise OSError(errno.ENOSYS, "this sandbox is one process and can start no other: do it in Python")


def _mend_zones():
    def load(key):
        data = _rlm.zone(key)
        if data is None:
            raise zoneinfo.ZoneInfoNotFoundError(f"No time zone found with key {key}")
        return io.BytesIO(data)

    zoneinfo._common.load_tzdata = load
    zoneinfo._tzpath.available_timezones = zoneinfo.available_timezones = lambda: set(_rlm.zones())
    zoneinfo.reset_tzpath(to=())


def _mend_time():
    strftime = time.strftime

    def strftime_utc(format, when=None):
        """Formats a time. What the native one lacks is put in first: forms of the C locale, the zone, far years, and
        a day of the week that is not the date's."""
        when = time.gmtime() if when is None else when
        for code, form in _FORMS.items():
            format = _put_in(format, code, form)
        if len(when) == 9 and 0 <= when[6] <= 6:
            day = _DAYS[when[6]]
            for code, form in (("%a", day[:3]), ("%A", day), ("%u", str(when[6] + 1)), ("%w", str((when[6] + 1) % 7))):
                format = _put_in(format, code, form)
        if "%s" in format:
            format = _put_in(format, "%s", str(calendar.timegm(when)))
        if not 0 <= when[0] <= 9999:
            format = _put_in(format, "%Y", str(when[0]))
        parts = format.split("%%")
        return "%".join(strftime(part, when) if part else "" for part in parts)

    time.sleep = _rlm.sleep
    time.strftime = strftime_utc
    time.tzname, time.timezone, time.altzone, time.daylight = ("UTC", "UTC"), 0, 0, 0
    time.process_time = time.thread_time = time.monotonic
    time.process_time_ns = time.thread_time_ns = time.monotonic_ns
    get_clock_info = time.get_clock_info
    time.get_clock_info = lambda name: get_clock_info("monotonic" if name in ("process_time", "thread_time") else name)
    # It looks at the zone when it is imported.
    import _strptime

    # These warn about their callers, and tell themselves apart by where they are.
    for module in (_strptime, functools):
        module.__file__ = f"/lib/python3.14/{module.__name__}.py"


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FORMS = {"%c": "%a %b %e %H:%M:%S %Y", "%x": "%m/%d/%y", "%X": "%H:%M:%S", "%Z": "UTC", "%z": "+0000"}


def _put_in(format, code, form):
    """The format with `form` for `code`, where that is not a part of `%%` and something else."""
    return "%%".join(part.replace(code, form) for part in format.split("%%"))


def _mend_threads():
    for module, names in ((_thread, ("allocate_lock", "lock", "LockType")), (threading, ("Lock", "_allocate_lock", "_LockType"))):
        for name in names:
            setattr(module, name, Lock)
    for module, names in ((_thread, ("RLock",)), (threading, ("RLock", "_RLock", "_CRLock", "_PyRLock"))):
        for name in names:
            setattr(module, name, RLock)
    threading.Condition.wait = _wait
    start = threading.Thread.start

    def start_and_finish(self):
        """Runs the thread to its end, and is the old thread again."""
        running = threading._active.get(_thread.get_ident(), threading._main_thread)
        try:
            start(self)
        finally:
            threading._active[_thread.get_ident()] = running

    rlm_pool.mend(start_and_finish)


class Lock:
    """A lock where nobody else can ever release it: it does not wait for that."""

    def __init__(self):
        self._held = False

    def acquire(self, blocking=True, timeout=-1):
        """Takes the lock; says whether that was possible."""
        timeout = _check_timeout(blocking, timeout)
        if not self._held:
            self._held = True
            return True
        if not blocking:
            return False
        if rlm_pool.run_waiting():
            return self.acquire(blocking, timeout)
        if timeout < 0:
            raise rlm_pool.alone("waiting for a lock that is held, and there is no other thread")
        time.sleep(timeout)
        return False

    def release(self):
        """Gives the lock back."""
        if not self._held:
            raise RuntimeError("release unlocked lock")
        self._held = False

    def locked(self):
        """Whether it is held."""
        return self._held

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *_):
        self.release()

    acquire_lock, release_lock, locked_lock = acquire, release, locked

    def _at_fork_reinit(self):
        self._held = False

    def __repr__(self):
        return f"<{'locked' if self._held else 'unlocked'} _thread.lock object at {id(self):#x}>"


class RLock:
    """A lock that its one thread may take again."""

    def __init__(self):
        self._count = 0

    def acquire(self, blocking=True, timeout=-1):
        """Takes the lock once more."""
        _check_timeout(blocking, timeout)
        self._count += 1
        return True

    def release(self):
        """Gives it back once."""
        if not self._count:
            raise RuntimeError("cannot release un-acquired lock")
        self._count -= 1

    def locked(self):
        """Whether it is held."""
        return self._count > 0

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *_):
        self.release()

    def _is_owned(self):
        return self._count > 0

    def _recursion_count(self):
        return self._count

    def _release_save(self):
        count, self._count = self._count, 0
        return count

    def _acquire_restore(self, count):
        self._count = count

    def _at_fork_reinit(self):
        self._count = 0

    def __repr__(self):
        state = "locked" if self._count else "unlocked"
        return f"<{state} _thread.RLock object owner={int(self._count > 0)} count={self._count} at {id(self):#x}>"


def _check_timeout(blocking, timeout):
    if not blocking and timeout != -1:
        raise ValueError("can't specify a timeout for a non-blocking call")
    if timeout < 0 and timeout != -1:
        raise ValueError("timeout value must be a non-negative number")
    return timeout


def _wait(self, timeout=None):
    """`Condition.wait` where nobody can notify but threads that have not begun."""
    if not self._is_owned():
        raise RuntimeError("cannot wait on un-acquired lock")
    notice = Lock()
    notice.acquire()
    self._waiters.append(notice)
    held = self._release_save()
    try:
        ran = rlm_pool.run_waiting()
    finally:
        self._acquire_restore(held)
    if not notice.locked():
        return True
    self._waiters.remove(notice)
    if timeout is None:
        raise rlm_pool.alone("waiting for another thread, and there is none")
    if not ran:
        time.sleep(max(timeout, 0))
    return False


class _NoSockets:
    """A selector with nothing to select from: it only lets time pass."""

    def select(self, timeout=None):
        if timeout != 0 and rlm_pool.run_waiting():
            return ()
        if timeout is None:
            raise RuntimeError("every task waits, and nothing is left that could wake one")
        if timeout > 0:
            time.sleep(timeout)
        return ()

    def close(self):
        pass


class EventLoop(asyncio.base_events.BaseEventLoop):
    """asyncio's loop with timers and callbacks, and no sockets."""

    def __init__(self):
        super().__init__()
        self._selector = _NoSockets()
        self._clock_resolution = 1e-6

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass

    run_in_executor = rlm_pool.run_in_executor


def _mend_asyncio():
    asyncio.unix_events._DefaultEventLoopPolicy._loop_factory = EventLoop
    for module in (asyncio, asyncio.unix_events):
        module.SelectorEventLoop = module.EventLoop = EventLoop


def _mend_signals():
    for name, number in (("SIGHUP", 1), ("SIGINT", 2), ("SIGALRM", 14), ("SIGTERM", 15)):
        setattr(signal, name, number)
    signal.getsignal = lambda number: signal.SIG_DFL
