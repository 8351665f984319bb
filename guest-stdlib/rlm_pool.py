"""Pools and threads: what their calls ask models goes out together.

There is one thread. A call that may ask a model waits until somebody waits for it; then all that wait
are run, each twice. First in a fork of the session, on all cores, to learn what it asks and have it
answered. Then in the session itself, one after the other, where each question finds its answer. So what
calls return, print, change and raise is what it is with threads that take turns, and what has to be
right about the forks is only that few of their questions are asked in vain.

Where there are no forks (outside a run of the loop), and for calls that ask nothing, a call is made
where it is submitted.
"""

import _rlm
import asyncio
import collections
import concurrent.futures.thread
import copy
import errno
import functools
import hashlib
import io
import queue
import random
import sys
import threading
import time
import types

import rlm_calls

# Calls that were not made yet, in the order in which they are to be.
_waiting = []

# Host functions whose answer belongs to the session: never heard in a fork.
_OWN = {"budget", "remember"}

# Takes something that other calls then no longer find: such calls are not made in forks first, where
# each would find all of it.
_TAKING = {"get_nowait", "pop", "popitem", "popleft", "task_done"}

# Most calls that are made in forks at once.
_AT_ONCE = 1_000

# Most objects that are looked at to learn whether a call asks something.
_MOST = 2_000


class _Job:
    """A call that waits. `finish()` makes it, and hands on what it gives."""

    def __init__(self, function, args, kwargs, finish, future=None, owner=None):
        self.function, self.args, self.kwargs = function, args, kwargs
        self.finish, self.future, self.owner = finish, future, owner
        self.about = _look([function, *args, *kwargs.values()]) if _has_forks() else _About()
        # Whether it is to be made in a fork, and only there.
        self.apart = False
        # What it asked in a fork and how it was answered, once that is known.
        self.heard = None

    def wait(self):
        """Lets the call wait for somebody who waits for it, at the latest for the end of the cell."""
        _waiting.append(self)
        _rlm.at_end(run_waiting)

    def is_cancelled(self):
        return self.future is not None and self.future.cancelled()


def _has_forks():
    return "_rlm_forks" in sys.modules["__main__"].__dict__


class _About:
    """What a call leads to."""

    # It may ask a model.
    asks = False
    # It takes nothing that other calls look for too.
    stands_alone = True
    # It may wait for what is to come through a queue.
    is_early = False


def _look(values):
    """About a call whose function and arguments these are."""
    about, seen = _About(), set()
    while values and len(seen) < _MOST:
        value = values.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        kind = type(value)
        if kind is _rlm.host_function:
            about.asks = about.asks or value.__name__ not in _OWN
        elif kind is types.FunctionType:
            if value.__globals__.get("__name__") == "rlm_calls":
                about.asks = True
                continue
            names = _names(value.__code__)
            about.stands_alone = about.stands_alone and names.isdisjoint(_TAKING)
            values += [value.__globals__[name] for name in names if name in value.__globals__]
            values += _contents(value.__closure__ or ())
            values += value.__defaults__ or ()
        elif kind is types.MethodType:
            values += [value.__func__, value.__self__]
        elif kind is functools.partial:
            values += [value.func, *value.args, *value.keywords.values()]
        elif isinstance(value, (queue.Queue, queue.SimpleQueue)):
            about.stands_alone = False
            about.is_early = about.is_early or value.empty()
        elif kind is collections.deque or hasattr(kind, "__next__"):
            about.stands_alone = False
        elif isinstance(value, type):
            if value.__module__ == "__main__":
                values += [part for part in vars(value).values() if isinstance(part, types.FunctionType)]
        elif kind.__module__ == "__main__":
            # What the library keeps in a thread says nothing about what it does.
            is_thread = isinstance(value, threading.Thread)
            values += [kind, *(part for name, part in getattr(value, "__dict__", {}).items() if not (is_thread and name[0] == "_"))]
    return about


def _contents(cells):
    contents = []
    for cell in cells:
        try:
            contents.append(cell.cell_contents)
        except ValueError:
            # It is not bound yet.
            pass
    return contents


def _names(code):
    names = set(code.co_names)
    for constant in code.co_consts:
        if type(constant) is types.CodeType:
            names |= _names(constant)
    return names


# --- twice ----------------------------------------------------------------------------------------


def run_waiting():
    """Makes the calls that wait, and says whether there were any."""
    if not _waiting:
        return False
    above, loop, sleep, state = _rlm.through(None), asyncio._get_running_loop(), time.sleep, None
    asyncio._set_running_loop(None)
    try:
        while _waiting:
            _rlm.through(above)
            if _waiting[0].heard is None:
                _hear(above)
            job = _waiting.pop(0)
            if job.heard:
                state = state or random.getstate()
                random.seed(job.seed)
                _rlm.through(_Answering(job.heard, above))
            # In the fork it slept, at the same time as the others.
            time.sleep = _slept if job.heard else sleep
            job.finish()
    finally:
        time.sleep = sleep
        if state is not None:
            random.setstate(state)
        asyncio._set_running_loop(loop)
        _rlm.through(above)
    return True


def _slept(seconds):
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")


def _hear(above):
    """Finds out what the calls ask that wait and were not heard yet."""
    jobs = [job for job in _waiting if job.heard is None][:_AT_ONCE]
    seed = random.getrandbits(64)
    for index, job in enumerate(jobs):
        job.heard, job.seed = (), seed + index
    jobs = [job for job in jobs if not job.is_cancelled()]
    apart = [job for job in jobs if job.apart]
    for job, outcome in zip(apart, _in_forks(_make, apart)):
        job.finish = functools.partial(_hand_on, job.future, *outcome)
    if isinstance(above, _Answering) and above.replies:
        # What these calls ask has been heard with the call that they are part of.
        return
    plain, others = {}, []
    for job in jobs:
        if job.apart or not (job.about.asks and job.about.stands_alone):
            continue
        if _is_plain(job):
            plain.setdefault(job.kwargs.get("model"), []).append(job)
        else:
            others.append(job)
    _rlm.through(None)
    for model, group in plain.items():
        if len(group) > 1:
            for job, reply in zip(group, _replies([job.args[0] for job in group], model)):
                outcome = [True, reply] if type(reply) is str else [False, *reply]
                job.heard = [[_key("llm_query", job.args, job.kwargs), *outcome]]
    if len(others) > 1:
        for job, (heard, error) in zip(others, _in_forks(_listen, others)):
            # A fork that was ended has nothing to tell: the call will ask for itself.
            job.heard = () if error else heard
    _rlm.through(above)


def _replies(prompts, model):
    """The replies to prompts that are sent together; none where that cannot be, and each call learns why."""
    try:
        return _rlm.call("_llm_each", prompts, model, "pool")
    except Exception:
        return ()


def _in_forks(function, jobs):
    """(value, error) of each job, as `rlm_calls.each_in_fork`; the same error for all where there can be no forks."""
    try:
        return list(rlm_calls.each_in_fork(function, [(job,) for job in jobs], "pool"))
    except Exception as error:
        return [(None, error)] * len(jobs)


def _make(job):
    _waiting.clear()
    random.seed(job.seed)
    return job.function(*job.args, **job.kwargs)


def _hand_on(future, result, error):
    if future.set_running_or_notify_cancel():
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)


def _is_plain(job):
    """Whether the call is `llm_query` itself, with a prompt."""
    function, args = job.function, job.args
    if type(function) is not _rlm.host_function or function.__name__ != "llm_query":
        return False
    return len(args) == 1 and type(args[0]) is str and job.kwargs.keys() <= {"model"}


def _listen(job):
    """Makes a call in a fork, for what it asks alone."""
    listening, submit = _Listening(), _rlm.submit
    _waiting.clear()
    asyncio._set_running_loop(None)
    sys.stdout = sys.stderr = io.StringIO()
    _rlm.submit = lambda value: True
    _rlm.through(listening)
    random.seed(job.seed)
    try:
        job.function(*job.args, **job.kwargs)
        run_waiting()
    except (Exception, SystemExit):
        # It will raise again, where that matters.
        pass
    _rlm.through(None)
    _rlm.submit = submit
    return listening.heard


class _Listening:
    """Hears what is asked of the host, and what comes back."""

    def __init__(self):
        self.heard = []

    def __call__(self, name, args, kwargs):
        if name in _OWN:
            return _rlm.call(name, *args, **kwargs)
        key = _key(name, args, kwargs)
        try:
            reply = _rlm.call(name, *args, **kwargs)
        except Exception as error:
            self.note([key, False, type(error).__name__, str(error)])
            raise
        self.note([key, True, reply])
        return reply

    def note(self, outcome):
        # The caller may change what it was given.
        self.heard.append(copy.deepcopy(outcome))


class _Answering:
    """Gives out what was heard to those who ask the same; others ask `above`, or the host."""

    def __init__(self, heard, above):
        self.replies, self.above = {}, above
        for outcome in heard:
            self.replies.setdefault(outcome[0], []).append(outcome)

    def __call__(self, name, args, kwargs):
        if self.replies and name not in _OWN:
            key = _key(name, args, kwargs)
            if key in self.replies:
                outcomes = self.replies[key]
                outcome = outcomes.pop(0)
                if not outcomes:
                    del self.replies[key]
                self.note(outcome)
                if outcome[1]:
                    return outcome[2]
                raise rlm_calls.exception(*outcome[2:])
        if self.above is not None:
            return self.above(name, args, kwargs)
        return _rlm.call(name, *args, **kwargs)

    def note(self, outcome):
        if self.above is not None:
            self.above.note(outcome)


def _key(name, args, kwargs):
    return hashlib.sha256(repr((name, args, sorted(kwargs.items()))).encode("utf-8", "surrogatepass")).digest()


# --- pools ----------------------------------------------------------------------------------------


class _Later(concurrent.futures.Future):
    """The result of a call that is made when somebody waits for it."""

    def result(self, timeout=None):
        self._made()
        return super().result(timeout)

    def exception(self, timeout=None):
        self._made()
        return super().exception(timeout)

    def done(self):
        self._made()
        return super().done()

    def running(self):
        self._made()
        return super().running()

    def _made(self):
        if self._state == "PENDING":
            run_waiting()


def _fulfil(future, function, args, kwargs):
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = function(*args, **kwargs)
    except BaseException as error:
        future.set_exception(error)
        if not isinstance(error, (Exception, SystemExit)):
            raise
    else:
        future.set_result(result)


class ThreadPoolExecutor(concurrent.futures.Executor):
    """Makes calls that ask models together, others where they are submitted."""

    _apart = False

    def __init__(self, max_workers=None, name_or_context=None, initializer=None, initargs=(), **_):
        if max_workers is not None and max_workers <= 0:
            raise ValueError("max_workers must be greater than 0")
        self._max_workers = max_workers
        self._down = False
        if initializer is not None:
            initializer(*initargs)

    def submit(self, fn, /, *args, **kwargs):
        if self._down:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future = _Later()
        job = _Job(fn, args, kwargs, functools.partial(_fulfil, future, fn, args, kwargs), future, self)
        job.apart = self._apart and _has_forks()
        if job.apart or job.about.asks and self._max_workers != 1:
            job.wait()
        else:
            job.finish()
        return future

    def shutdown(self, wait=True, *, cancel_futures=False):
        self._down = True
        ours = [job.future for job in _waiting if job.owner is self]
        if cancel_futures:
            for future in ours:
                future.cancel()
        if wait and ours:
            run_waiting()


class ProcessPoolExecutor(ThreadPoolExecutor):
    """Makes each call in a fork of the session, on all cores: results come back, changes do not."""

    _apart = True


class ThreadPool:
    """`multiprocessing.pool.ThreadPool`."""

    _executor = ThreadPoolExecutor

    def __init__(self, processes=None, initializer=None, initargs=(), *_, **__):
        self._calls = self._executor(processes, initializer=initializer, initargs=initargs)

    def apply(self, func, args=(), kwds={}):
        return self.apply_async(func, args, kwds).get()

    def apply_async(self, func, args=(), kwds={}, callback=None, error_callback=None):
        return _Promise(self._calls.submit(func, *args, **kwds), callback, error_callback)

    def map(self, func, iterable, chunksize=None):
        return self.map_async(func, iterable).get()

    def imap(self, func, iterable, chunksize=1):
        return self._calls.map(func, iterable)

    imap_unordered = imap

    def starmap(self, func, iterable, chunksize=None):
        return self.starmap_async(func, iterable).get()

    def map_async(self, func, iterable, chunksize=None, callback=None, error_callback=None):
        return self.starmap_async(func, ((item,) for item in iterable), None, callback, error_callback)

    def starmap_async(self, func, iterable, chunksize=None, callback=None, error_callback=None):
        return _Promise([self._calls.submit(func, *args) for args in iterable], callback, error_callback)

    def close(self):
        self._calls.shutdown(wait=False)

    def terminate(self):
        self._calls.shutdown(wait=False, cancel_futures=True)

    def join(self):
        if not self._calls._down:
            raise ValueError("Pool is still running")
        run_waiting()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.terminate()


class Pool(ThreadPool):
    """`multiprocessing.Pool`: each call in a fork of the session."""

    _executor = ProcessPoolExecutor


class _Promise:
    """What the asynchronous calls of such a pool give: the result of a future, or of a list of them."""

    def __init__(self, futures, callback, error_callback):
        self._futures, self._is_list = (futures, True) if isinstance(futures, list) else ([futures], False)
        self._left, self._callbacks = len(self._futures), (callback, error_callback)
        for future in self._futures:
            future.add_done_callback(self._one_is_done)

    def _one_is_done(self, _):
        self._left -= 1
        if self._left == 0:
            callback = self._callbacks[0 if self.successful() else 1]
            if callback is not None:
                callback(self.get() if self.successful() else self._error())

    def _error(self):
        return next((error for error in (future.exception() for future in self._futures) if error), None)

    def get(self, timeout=None):
        results = [future.result(timeout) for future in self._futures]
        return results if self._is_list else results[0]

    def wait(self, timeout=None):
        run_waiting()

    def ready(self):
        return all(future.done() for future in self._futures)

    def successful(self):
        if not self.ready():
            raise ValueError(f"{self!r} not ready")
        return self._error() is None


_of_loops = ThreadPoolExecutor()


def run_in_executor(loop, executor, function, *args):
    """`loop.run_in_executor`, which `asyncio.to_thread` ends in."""
    return asyncio.wrap_future((executor or _of_loops).submit(function, *args), loop=loop)


# --- threads --------------------------------------------------------------------------------------


def alone(what):
    """The error of a thread that waits for another where there is none that could do what it waits for."""
    error = RuntimeError(f"{what}: threads run to their end inside start()")
    error.is_alone = True
    return error


def mend(run_now):
    """Puts pools, threads and what waits for them in place of the library's. `run_now(thread)` runs
    a thread to its end."""
    for module in (concurrent.futures, concurrent.futures.thread):
        module.ThreadPoolExecutor = ThreadPoolExecutor
    concurrent.futures.ProcessPoolExecutor = ProcessPoolExecutor
    for module in (concurrent.futures, concurrent.futures._base):
        module.as_completed = _first_run(concurrent.futures._base.as_completed)
        module.wait = _first_run(concurrent.futures._base.wait)
    # Where `multiprocessing` looks for its pools, and for how to start a process.
    pools = sys.modules["multiprocessing.pool"] = types.ModuleType("multiprocessing.pool")
    pools.Pool, pools.ThreadPool = Pool, ThreadPool
    for way in ("fork", "forkserver", "spawn_posix"):
        name = f"multiprocessing.popen_{way}"
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].Popen = _no_process
    thread = threading.Thread
    thread.join, thread.is_alive = _first_run(thread.join), _first_run(thread.is_alive)
    thread.start = functools.partialmethod(_start, run_now)


def _no_process(process):
    raise OSError(errno.ENOSYS, "this sandbox is one process and can start no other: use a pool, or call the function")


def _first_run(function):
    @functools.wraps(function)
    def after_what_waits(*args, **kwargs):
        run_waiting()
        return function(*args, **kwargs)

    return after_what_waits


def _start(thread, run_now):
    if any(job.owner is thread for job in _waiting):
        raise RuntimeError("threads can only be started once")
    told = thread._invoke_excepthook

    def tell(thread):
        # Such as a consumer that goes on waiting for items when the others are through.
        if not (thread.daemon and hasattr(sys.exception(), "is_alone")):
            told(thread)

    thread._invoke_excepthook = tell
    job = _Job(thread.run, (), {}, functools.partial(run_now, thread), owner=thread)
    given = vars(thread)
    values = [thread.run, given.get("_target"), *given.get("_args", ()), *given.get("_kwargs", {}).values()]
    job.about = _look(values)
    if not _has_forks():
        job.about.asks = False
    if (job.about.asks or job.about.is_early) and not thread._started.is_set():
        job.wait()
    else:
        job.finish()
