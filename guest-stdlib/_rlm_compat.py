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
import concurrent.futures
import concurrent.futures.thread
import inspect
import signal
import sys
import threading
import time


def boot():
    """Applies every repair, once, before the base image is taken."""
    _mend_builtins()
    _mend_time()
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


def _mend_time():
    strftime = time.strftime

    def strftime_utc(format, *when):
        parts = (part.replace("%Z", "UTC").replace("%z", "+0000") for part in format.split("%%"))
        return "%".join(strftime(part, *when) if part else "" for part in parts)

    time.sleep = _rlm.sleep
    time.strftime = strftime_utc
    time.tzname, time.timezone, time.altzone, time.daylight = ("UTC", "UTC"), 0, 0, 0
    time.process_time = time.thread_time = time.monotonic
    time.process_time_ns = time.thread_time_ns = time.monotonic_ns


def _mend_threads():
    _thread.RLock._is_owned = lambda self: self.locked()
    _thread.RLock._release_save = lambda self: None
    _thread.RLock._acquire_restore = lambda self, state: None
    threading.Condition.wait = _wait
    start = threading.Thread.start

    def start_and_finish(self):
        """Runs the thread to its end, and is the old thread again."""
        running = threading._active.get(_thread.get_ident(), threading._main_thread)
        try:
            start(self)
        finally:
            threading._active[_thread.get_ident()] = running

    threading.Thread.start = start_and_finish
    concurrent.futures.ThreadPoolExecutor = ThreadPoolExecutor
    concurrent.futures.thread.ThreadPoolExecutor = ThreadPoolExecutor


def _wait(self, timeout=None):
    """`Condition.wait` where nobody else can ever notify."""
    if not self._is_owned():
        raise RuntimeError("cannot wait on un-acquired lock")
    if timeout is None:
        raise RuntimeError("waiting for another thread, and there is none: threads run to their end inside start()")
    time.sleep(max(timeout, 0))
    return False


class ThreadPoolExecutor(concurrent.futures.Executor):
    """Runs each call inside `submit()`, one after the other."""

    def __init__(self, max_workers=None, thread_name_prefix="", initializer=None, initargs=()):
        if max_workers is not None and max_workers <= 0:
            raise ValueError("max_workers must be greater than 0")
        self._max_workers = max_workers or 1
        self._down = False
        if initializer is not None:
            initializer(*initargs)

    def submit(self, fn, /, *args, **kwargs):
        if self._down:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future = concurrent.futures.Future()
        future.set_running_or_notify_cancel()
        try:
            result = fn(*args, **kwargs)
        except Exception as error:
            future.set_exception(error)
        else:
            future.set_result(result)
        return future

    def shutdown(self, wait=True, *, cancel_futures=False):
        self._down = True


class _NoSockets:
    """A selector with nothing to select from: it only lets time pass."""

    def select(self, timeout=None):
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

    def run_in_executor(self, executor, func, *args):
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future


def _mend_asyncio():
    asyncio.unix_events._DefaultEventLoopPolicy._loop_factory = EventLoop
    for module in (asyncio, asyncio.unix_events):
        module.SelectorEventLoop = module.EventLoop = EventLoop


def _mend_signals():
    for name, number in (("SIGHUP", 1), ("SIGINT", 2), ("SIGALRM", 14), ("SIGTERM", 15)):
        setattr(signal, name, number)
    signal.getsignal = lambda number: signal.SIG_DFL
