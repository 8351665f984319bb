"""What the guest does that is easier said in Python than in Rust.

Called by the guest's Rust side, with objects that cells made: every call may meet hostile
`__repr__`, `__len__` and `__dir__`, so each is bounded and none trusts what it gets back.
"""

import _rlm
import _rlm_display
import io
import keyword
import linecache
import sys
import traceback

MAX_REPR = 8_000
MAX_PREVIEW = 80
MAX_TRACEBACK_LINES = 120


class CellInterrupt(BaseException):
    """The host stopped the cell. Not an Exception, so that `except Exception` lets it pass."""


class _RawOutput(io.RawIOBase):
    """`sys.stdout.buffer`: bytes straight to the host."""

    def __init__(self, stream):
        self._stream = stream

    def writable(self):
        return True

    def fileno(self):
        return self._stream

    def write(self, data):
        return _rlm.write_bytes(self._stream, data)


class _Output(io.TextIOBase):
    """`sys.stdout` and `sys.stderr`. `write` is native: what a cell prints is out at once, so it
    is not lost when the cell is stopped."""

    encoding = "utf-8"
    errors = "backslashreplace"
    line_buffering = True
    write_through = True
    newlines = None
    mode = "w"

    def __init__(self, stream, name):
        self.write = _rlm.writer(stream)
        self.buffer = _RawOutput(stream)
        self.name = name

    def writable(self):
        return True

    def fileno(self):
        return self.buffer.fileno()

    def isatty(self):
        return False

    def flush(self):
        pass

    def close(self):
        pass

    def reconfigure(self, **_):
        pass

    def detach(self):
        return self.buffer


# What model-written cells import most: part of the base image, so that importing them is a
# dictionary lookup.
_PRELOAD = """
abc argparse ast base64 bisect calendar cmath codecs collections collections.abc contextlib copy
csv dataclasses datetime decimal difflib enum fnmatch fractions functools gzip hashlib heapq hmac
html html.parser inspect io itertools json keyword linecache locale logging math numbers operator
os os.path pathlib pickle pprint queue random re reprlib secrets shlex shutil statistics string
struct sys tempfile textwrap threading time tokenize traceback types typing unicodedata
urllib.parse uuid warnings weakref xml.etree.ElementTree zlib concurrent.futures asyncio tomllib
glob array
""".split()


def boot():
    """Prepares the interpreter that every session starts from."""
    sys.stdout = sys.__stdout__ = _Output(1, "<stdout>")
    sys.stderr = sys.__stderr__ = _Output(2, "<stderr>")
    sys.stdin = sys.__stdin__ = io.StringIO("")
    sys.argv = [""]
    for name in _PRELOAD:
        try:
            __import__(name)
        except ImportError as missing:
            _rlm.write_bytes(2, f"boot: {name}: {missing}\n".encode())
    import _rlm_compat

    _rlm_compat.boot()
    # Warm what the first cell of a session would otherwise build.
    show([1, "a"])
    try:
        exec(compile("{}[0]", "<warm>", "exec"), {})
    except KeyError as error:
        describe(error)


_shown = _rlm_display.Display(total=4 * MAX_REPR, text=MAX_REPR, entries=200, levels=40)
_preview = _rlm_display.Display(total=3 * MAX_PREVIEW, text=MAX_PREVIEW, entries=6, levels=3)


def _cut(text, most):
    return text if len(text) <= most else f"{text[:most]}...[{len(text)} characters]"


def show(value):
    """The text of a cell's value, at most a few pages of it."""
    return _cut(_shown.show(value), 5 * MAX_REPR)


def describe(error):
    """(message, traceback, exit code) of the exception that ended a cell."""
    try:
        message = _cut(str(error), MAX_REPR)
    except Exception as failed:
        message = f"<its __str__ raised {type(failed).__name__}>"
    exit_code = None
    if isinstance(error, CellInterrupt):
        try:
            _no_loop_runs()
        except Exception:
            pass
    _from_the_cell_on(error)
    if isinstance(error, SystemExit):
        exit_code = error.code if isinstance(error.code, int) else 0 if error.code is None else 1
        exit_code = max(-(2**31), min(exit_code, 2**31 - 1))
    try:
        _add_source_line(error)
        _shorten_chain(error)
        if len(message) < MAX_REPR:
            text = _traceback_of(error)
        else:
            # The traceback module would make several more copies of a text that may fill the memory.
            frames = "".join(traceback.format_tb(error.__traceback__, limit=-40))
            text = f"Traceback (most recent call last):\n{frames}{type(error).__name__[:200]}: {message}"
    except Exception:
        text = f"{type(error).__name__}: {message}"
    return [message, text, exit_code]


def _from_the_cell_on(error):
    """Takes the frames of the event loop that ran the cell out of its traceback."""
    at = error.__traceback__
    if at is None or at.tb_frame.f_code is not run_coroutine.__code__:
        return
    while at is not None and not at.tb_frame.f_code.co_filename.startswith("<cell "):
        at = at.tb_next
    if at is not None:
        error.__traceback__ = at


def _add_source_line(error):
    """Gives an error of the code generator the line that those of the parser have."""
    if isinstance(error, SyntaxError) and error.text is None and type(error.lineno) is int:
        line = linecache.getline(str(error.filename), error.lineno)
        if line:
            error.text = line
            if error.end_lineno is None:
                error.end_lineno, error.end_offset = error.lineno, error.offset


def _traceback_of(error):
    told = traceback.TracebackException.from_exception(error, limit=-40, max_group_width=5, max_group_depth=4)
    _use_quick_frames(told)
    return _cut_middle("".join(told.format()).rstrip("\n").splitlines())


def _use_quick_frames(told):
    told.stack = _Frames(told.stack)
    for other in (told.__cause__, told.__context__, *(told.exceptions or ())):
        if other is not None and type(other.stack) is not _Frames:
            _use_quick_frames(other)


class _Frames(traceback.StackSummary):
    """Frames as the traceback module shows them, for a twentieth of its work where a frame is at
    one line of ASCII: most of that went into parsing the line, twice."""

    def format_frame_summary(self, frame, **options):
        lines = frame._original_lines
        if (
            frame.end_lineno != frame.lineno
            or frame.colno is None
            or frame.end_colno is None
            or frame.locals
            or not lines
            or not lines.isascii()
            or not lines[:-1].isprintable()
            or frame.filename.startswith("<stdin-")
        ):
            return super().format_frame_summary(frame, **options)
        line = lines[:-1].lstrip()
        indent = len(lines) - 1 - len(line)
        start, end = (max(0, min(at, len(lines) - 1) - indent) for at in (frame.colno, frame.end_colno))
        before = line[:start]
        if start >= end or line.startswith(("#", "return")) or "=" in before:
            return super().format_frame_summary(frame, **options)
        anchors = _anchors_of(line[start:end])
        head = f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}\n    {line}\n'
        if anchors:
            left, right = anchors
            marks = "~" * left + "^" * (right - left) + "~" * (end - start - right)
        elif before.lstrip() or line[end:].rstrip():
            marks = "^" * (end - start)
        else:
            return head
        return f"{head}    {' ' * start}{marks}\n"


_OPERATORS = ("**", "//", "<<", ">>", "+", "-", "*", "/", "%", "@", "&", "|", "^")


def _anchors_of(segment):
    """Where the operator or the bracket of an expression is, or None."""
    bracket = min((at for at in (segment.find("("), segment.find("[")) if at >= 0), default=-1)
    if bracket < 0:
        if not any(sign in segment for sign in "+-*/%@&|^<>"):
            return None
        for sign in _OPERATORS:
            left, found, right = segment.partition(sign)
            if found and _is_simple(left.strip()) and _is_simple(right.strip()):
                return len(left), len(left) + len(sign)
    elif (
        segment[-1] == (")" if segment[bracket] == "(" else "]")
        and _is_simple(segment[:bracket])
        and not segment[0].isdigit()
        and not any(sign in segment[bracket + 1 : -1] for sign in "()[]{}'\"#\\")
    ):
        return bracket, len(segment)
    try:
        found = traceback._extract_caret_anchors_from_line_segment(segment)
    except Exception:
        return None
    return found and (found.left_end_offset, found.right_start_offset)


def _is_simple(text):
    return not keyword.iskeyword(text) and all(part.isidentifier() or part.isdigit() for part in text.split("."))


def _shorten_chain(error, most=8):
    """Cuts a long chain of causes, which would take longer to print than the cell took to run."""
    seen = set()
    for _ in range(most):
        seen.add(id(error))
        following = error.__cause__ or error.__context__
        if following is None or id(following) in seen:
            return
        error = following
    error.__cause__ = error.__context__ = None


def _cut_middle(lines):
    lines = [_cut(line, 2_000) for line in lines]
    if len(lines) > MAX_TRACEBACK_LINES:
        head, tail = MAX_TRACEBACK_LINES // 3, MAX_TRACEBACK_LINES - MAX_TRACEBACK_LINES // 3
        omitted = len(lines) - head - tail
        lines = [*lines[:head], f"[... {omitted} lines omitted ...]", *lines[-tail:]]
    return "\n".join(lines)


_SIZED = (str, bytes, bytearray, list, tuple, dict, set, frozenset, range)


def variables(names, reserved, most):
    """[[name, type, len or None, preview], ...] of the session's own variables."""
    reserved = set(reserved)
    rows = []
    for name, value in list(names.items()):
        if name.startswith("_") or name in reserved or type(value) is type(sys):
            continue
        if len(rows) == most:
            break
        size = len(value) if type(value) in _SIZED else None
        rows.append([name, type(value).__name__, size, _preview_of(value)])
    return rows


def _preview_of(value):
    try:
        return _cut(_preview.show(value), 3 * MAX_PREVIEW)
    except Exception as error:
        return f"<no preview: {type(error).__name__}>"


def complete(names, prefix):
    """Names that complete `prefix`, which may be dotted. Looks at objects but calls nothing of theirs."""
    import builtins

    *path, last = prefix.split(".")
    if not path:
        found = {*names, *dir(builtins), *keyword.kwlist}
        return sorted(name for name in found if name.startswith(last) and (last.startswith("_") or not name.startswith("_")))[:200]
    if path[0] in names:
        value = names[path[0]]
    elif hasattr(builtins, path[0]):
        value = getattr(builtins, path[0])
    else:
        return []
    try:
        for attribute in path[1:]:
            value = getattr(value, attribute)
        found = dir(value)
    except Exception:
        return []
    stem = ".".join(path) + "."
    return sorted(stem + name for name in found if name.startswith(last) and (last.startswith("_") or not name.startswith("_")))[:200]


_loop = None


def run_coroutine(coroutine):
    """Runs a cell that awaits. Its tasks live on in one event loop, until the next such cell."""
    global _loop
    if _loop is None or _loop.is_closed() or _loop.is_running():
        import asyncio

        _loop = asyncio.new_event_loop()
    return _loop.run_until_complete(coroutine)


def _no_loop_runs():
    """An interrupt may come while a loop says that it no longer runs, and none could be run again."""
    events = sys.modules.get("_asyncio") or sys.modules.get("asyncio.events")
    if events is not None:
        events._set_running_loop(None)


def seed(value):
    """Starts `random` from a seed, so that sessions differ and runs replay."""
    import random

    random.seed(value)
