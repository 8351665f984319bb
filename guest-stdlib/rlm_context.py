"""A way through texts too large to read: look, cut, count, search and rank.

Every function takes the text as `text=`: any `str` or `bytes`, a list or dict of them, or the name
of a context; unless told, it is the variable `context`. The work is done on the host, in native
code over the same pages the guest sees. Positions count what `len()` counts, so that
`text[match.start:match.end]` is the match.
"""

import _rlm
import builtins
import keyword
import re
import sys

HELPERS = ("peek", "chunks", "search", "findall", "count", "lines", "rank", "outline", "tokens")

_builtin_len = len

# The contexts that were bound, by name.
_bound = {}
# How many of them are numbered: context_0, context_1 and so on.
_numbered = 0


class Match:
    """A place a pattern was found at. `doc` is its index or key where several texts were searched."""

    __slots__ = ("doc", "start", "end", "line", "text", "before", "after")

    def __init__(self, doc, start, end, line, text, before, after):
        self.doc, self.start, self.end, self.line = doc, start, end, line
        self.text, self.before, self.after = text, before, after

    @property
    def around(self):
        """The match with the text around it."""
        return self.before + self.text + self.after

    def __repr__(self):
        place = f"{self.start}" if self.doc is None else f"{self.doc!r}:{self.start}"
        return f"<{place} line {self.line}: {self.before!r} >> {self.text!r} << {self.after!r}>"


class Found(list):
    """Matches, in order. `cut` is true when there are more; `note` says what else is to be known."""

    cut = False
    note = ""

    # Rows shown at most: a listing of variables has to make this text too.
    SHOWN = 1_000

    def __repr__(self):
        rows = [repr(match) for match in self[:self.SHOWN]] or ["no match"]
        if len(self) > self.SHOWN:
            rows.append(f"[{len(self) - self.SHOWN} more are not shown]")
        if self.cut:
            rows.append(f"[cut after {len(self)}: there are more; raise most=, or count() them]")
        if self.note:
            rows.append(f"[{self.note}]")
        return "\n".join(rows)


class Passage:
    """A piece of text that `rank` found."""

    __slots__ = ("doc", "start", "end", "score", "text")

    def __init__(self, doc, start, end, score, text):
        self.doc, self.start, self.end, self.score, self.text = doc, start, end, score, text

    def __repr__(self):
        place = f"{self.start}:{self.end}" if self.doc is None else f"{self.doc!r}[{self.start}:{self.end}]"
        return f"<{place} score {self.score:.2f}: {self.text[:200]!r}>"


class Chunks:
    """Pieces of a text, cut when they are asked for. `spans` has each one's start and end."""

    def __init__(self, text, spans):
        self._text, self.spans = text, spans

    def __len__(self):
        return len(self.spans)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return Chunks(self._text, self.spans[index])
        start, end = self.spans[index]
        return self._text[start:end]

    def __iter__(self):
        return (self._text[start:end] for start, end in self.spans)

    def __repr__(self):
        return f"<{len(self)} chunks of {sum(end - start for start, end in self.spans):,} in all>"


class LargeText:
    """A text larger than the guest's memory. It can be sliced, iterated and searched; it cannot be
    made one `str`. Bytes count where the text is no UTF-8. `.size` is its length, and so is `len()`."""

    # One slice at most: what fits a message and leaves room in memory.
    MOST = 16_000_000

    def __init__(self, number, size, chars):
        self._number, self._chars = number, chars
        self.size = size if chars is None else chars

    def __len__(self):
        if self.size > sys.maxsize:
            raise OverflowError(f"{self._what()}: longer than this function can tell; .size is its length")
        return self.size

    def __bool__(self):
        return self.size > 0

    def __getitem__(self, index):
        if isinstance(index, slice):
            start, end, step = index.indices(self.size)
            if step != 1:
                raise ValueError(f"{self._what()}: slices of it have no step")
            if end - start > self.MOST:
                raise ValueError(
                    f"{self._what()}: a slice may have {self.MOST:,}, not {end - start:,}; use chunks() or search()"
                )
            return _rlm.context("read", self._number, start, max(start, end))
        index = index.__index__()
        index += self.size if index < 0 else 0
        if not 0 <= index < self.size:
            raise IndexError("index out of range")
        piece = _rlm.context("read", self._number, index, index + 1)
        return piece if self._chars is not None else piece[0]

    def __iter__(self):
        for start in range(0, self.size, 1_000_000):
            yield from self[start:start + 1_000_000]

    def lines(self):
        """The lines, without their ends, one after another."""
        end = "\n" if self._chars is not None else b"\n"
        rest = end[:0]
        for start in range(0, self.size, 1_000_000):
            pieces = (rest + self[start:start + 1_000_000]).split(end)
            rest = pieces.pop()
            yield from pieces
        if rest:
            yield rest

    def find(self, part, start=0, end=None):
        start, end, _ = slice(start, end).indices(self.size)
        found = _rlm.context("find", self._number, part, start, end)
        return -1 if found is None else found

    def index(self, part, start=0, end=None):
        found = self.find(part, start, end)
        if found < 0:
            raise ValueError("substring not found")
        return found

    def count(self, part):
        return count(part, self, literal=True)

    def startswith(self, part):
        return self[:len(part)] == part

    def endswith(self, part):
        return len(part) <= self.size and self[self.size - len(part):] == part

    def __contains__(self, part):
        return self.find(part) >= 0

    def __repr__(self):
        return f"<{self._what()}: slice it, iterate it, or use search(), count(), lines(), chunks()>"

    __str__ = __repr__

    def _what(self):
        unit = "bytes" if self._chars is None else "characters"
        return f"a text of {self.size:,} {unit}, too large to be one str"

    def __getattr__(self, name):
        if hasattr(str, name) and not name.startswith("__"):
            raise AttributeError(
                f"{self._what()}: it has no .{name}(); take a slice of it, or use search(), count(), lines(), chunks()"
            )
        raise AttributeError(f"'LargeText' object has no attribute {name!r}")


def peek(start=0, end=None, text=None):
    """The text from `start` to `end` (1,000 further unless told); of several texts, their list."""
    value = _value(text)
    if _is_many(value):
        return _listing(value, start, 20 if end is None else end - start)
    length = _length(value)
    if start < 0:
        start = max(0, length + start)
    return _part(value, start, min(length, start + 1_000) if end is None else end)


def chunks(size=100_000, overlap=0, by="chars", text=None):
    """Pieces of at most `size`, each beginning `overlap` before the last one's end.

    `by` says what `size` and `overlap` count: "chars", "lines", "paragraphs" (what empty lines
    part) or "tokens" (an estimate). The result is a sequence of str; `.spans` has the positions.
    """
    value = _value(text)
    if _is_many(value):
        raise TypeError("chunks() cuts one text: give it text=context[...]")
    if by == "bytes":
        by = "chars"
    if by not in ("chars", "lines", "paragraphs", "tokens"):
        raise ValueError(f'by={by!r}: it is "chars", "lines", "paragraphs" or "tokens"')
    size, overlap = int(size), int(overlap)
    if size < 1 or not 0 <= overlap < size:
        raise ValueError(f"chunks of {size} that overlap by {overlap}: size is at least 1, overlap less than size")
    if by == "chars":
        length, step = _length(value), size - overlap
        starts = range(0, max(1, length - overlap), step) if length else ()
        spans = [(start, min(start + size, length)) for start in starts]
    else:
        flat = _ask("spans", value, by, size, overlap)
        spans = list(zip(flat[::2], flat[1::2]))
    return Chunks(value, spans)


def search(pattern, text=None, most=20, around=80, ignore_case=False, literal=False):
    """The first `most` places of a regular expression, each with `around` characters on both sides.

    `^` and `$` match at lines. `literal=True` looks for the text as it stands. The result is a
    list of matches with `start`, `end`, `line`, `text`, `before`, `after` and, of several texts,
    `doc`; its `cut` says whether there are more.
    """
    value = _value(text)
    pattern, flags = _pattern(pattern, ignore_case, literal)
    most, around = max(0, int(most)), max(0, int(around))
    found = Found()
    keys = _keys(value)
    try:
        found.cut, rows = _ask("search", value, pattern, flags, most, around)
    except NotImplementedError as why:
        return _search_by_re(pattern, flags, value, keys, most, around, str(why))
    for doc, *row in rows:
        found.append(Match(keys[doc] if keys is not None else None, *row))
    return found


def findall(pattern, text=None, ignore_case=False, literal=False):
    """All matches of a regular expression, in all texts together, as `re.findall` gives them: a list of
    str, or of tuples where the pattern has several groups. `^` and `$` match at lines.
    """
    value = _value(text)
    pattern, flags = _pattern(pattern, ignore_case, literal)
    try:
        found = _ask("findall", value, pattern, flags)
    except NotImplementedError as why:
        compiled = _by_re(pattern, flags, value)
        print(_fell_back(why), file=sys.stderr)
        return [match for one in _each(value) for match in compiled.findall(one)]
    return [tuple(groups) for groups in found] if found and isinstance(found[0], list) else found


def count(pattern, text=None, ignore_case=False, literal=False):
    """How often a regular expression matches, in all texts together. `^` and `$` match at lines."""
    value = _value(text)
    pattern, flags = _pattern(pattern, ignore_case, literal)
    try:
        return _ask("count", value, pattern, flags)
    except NotImplementedError as why:
        compiled = _by_re(pattern, flags, value)
        print(_fell_back(why), file=sys.stderr)
        return sum(sum(1 for _ in compiled.finditer(one)) for one in _each(value))


def lines(first=1, last=None, text=None):
    """Lines `first` to `last`, counted from 1, both included, as one text; one line unless told."""
    value = _value(text)
    if _is_many(value):
        raise TypeError("lines() reads one text: give it text=context[...]")
    first = max(1, int(first))
    last = first if last is None else int(last)
    start, end = _ask("lines", value, first, last)
    return _part(value, start, end)


def rank(query, k=10, text=None):
    """The `k` passages of about 1,000 characters that fit the words of `query` best (BM25)."""
    value = _value(text)
    keys = _keys(value)
    passages = []
    for doc, start, end, score in _ask("rank", value, str(query), int(k)):
        one = value if keys is None else value[keys[doc]]
        passages.append(Passage(None if keys is None else keys[doc], start, end, score, one[start:end]))
    return passages


def tokens(text=None):
    """About how many tokens a language model would make of the text."""
    return _ask("tokens", _value(text))


def outline(text=None):
    """A first look at an unknown text: kind, size, structure and sample lines."""
    value = _value(text)
    if _is_many(value):
        return _outline_of_many(value)
    if not _length(value):
        return "empty"
    if isinstance(value, bytes):
        return f"bytes of {len(value):,}; it begins {value[:64]!r}"
    head = _part(value, 0, 20_000)
    told = _ask("facts", value)
    rows = [f"{_guess(head)}, {_length(value):,} characters, {told['lines']:,} lines, about {told['tokens']:,} tokens"]
    if told["nul"]:
        rows.append("it has NUL characters: perhaps it is no text")
    heading = re.findall(r"(?m)^(?:#{1,4} .{1,100}|[A-Z][A-Z0-9 .:-]{6,80})$", _part(value, 0, 200_000))[:15]
    if heading:
        rows.append("headings: " + " | ".join(heading))
    keys = re.findall(r"(?m)^([A-Za-z][A-Za-z0-9_-]{1,30}): ", head)
    common = [key for key in dict.fromkeys(keys) if keys.count(key) > 1][:20]
    if common:
        rows.append("fields that repeat: " + ", ".join(common))
    wanted = told["lines"]
    places = [("first", 1, min(4, wanted))]
    if wanted > 20:
        places += [("middle", wanted // 2, wanted // 2 + 1), ("last", wanted - 1, wanted)]
    for place, first, last in places:
        rows.append(f"{place} lines:")
        rows += ["  " + _cut(line, 160) for line in lines(first, last, text=value).splitlines()[:6]]
    return "\n".join(rows)


def _outline_of_many(value):
    sizes = sorted(((len(one), key) for key, one in zip(_keys(value), _each(value))), key=lambda pair: -pair[0])
    total = sum(size for size, _ in sizes)
    rows = [f"{type(value).__name__} of {len(value):,} texts, {total:,} characters in all"]
    if isinstance(value, dict):
        endings = {}
        for key in value:
            name = str(key).rsplit("/", 1)[-1]
            ending = "." + name.rsplit(".", 1)[1] if "." in name else "(none)"
            endings[ending] = endings.get(ending, 0) + 1
        common = sorted(endings.items(), key=lambda pair: -pair[1])[:10]
        rows.append("endings: " + ", ".join(f"{ending} {number:,}" for ending, number in common))
    rows.append("largest: " + ", ".join(f"{key!r} {size:,}" for size, key in sizes[:10]))
    rows.append(f"first: {_cut(repr(next(iter(_each(value)), '')), 200)}")
    return "\n".join(rows)


def _guess(head):
    """What kind of text begins so."""
    start = head.lstrip()
    first = [line for line in head.splitlines() if line.strip()][:20]
    if start.startswith(("{", "[")):
        return "JSON lines" if len(first) > 1 and all(line.startswith("{") for line in first[:-1]) else "JSON"
    if start[:100].lower().startswith(("<!doctype html", "<html")):
        return "HTML"
    if start.startswith("<"):
        return "XML"
    for mark, kind in ((",", "CSV"), ("\t", "tab-separated values"), (";", "CSV with semicolons")):
        counts = {line.count(mark) for line in first[:-1]}
        if len(first) > 2 and len(counts) == 1 and counts.pop() >= 2:
            return kind
    if len(re.findall(r"(?m)^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d|^\w{3} [ \d]\d \d\d:\d\d:\d\d ", head)) > len(first) // 2 > 0:
        return "log"
    if len(re.findall(r"(?m)^[A-Za-z][\w-]*: ", head)) > 5:
        return "records of fields"
    if re.search(r"(?m)^#{1,4} \S", head):
        return "Markdown"
    code = r"(?m)^\s*(def |class |import |from \w+ import|#include|fn |pub |use |function |const |package |public |static )|[;{}]\s*$"
    if len(re.findall(code, head)) > 8:
        return "code"
    return "text"


def _listing(value, start, most):
    pairs = list(zip(_keys(value), _each(value)))[start:start + max(0, most)]
    rows = [f"{key!r}: {type(one).__name__} of {len(one):,}: {_cut(repr(one[:60]), 80)}" for key, one in pairs]
    left = len(value) - start - len(pairs)
    return "\n".join([*rows, f"[{left:,} more]"] if left > 0 else rows)


def _cut(text, most):
    return text if len(text) <= most else text[:most] + "..."


def _search_by_re(pattern, flags, value, keys, most, around, why):
    compiled = _by_re(pattern, flags, value)
    found = Found()
    found.note = _fell_back(why)
    for index, one in enumerate(_each(value)):
        line, counted = 1, 0
        newline = b"\n" if isinstance(one, bytes) else "\n"
        for match in compiled.finditer(one):
            if len(found) == most:
                found.cut = True
                return found
            start, end = match.span()
            line, counted = line + one.count(newline, counted, start), start
            doc = keys[index] if keys is not None else None
            before, after = one[max(0, start - around):start], one[end:end + around]
            found.append(Match(doc, start, end, line, match.group(), before, after))
    return found


def _by_re(pattern, flags, value):
    if isinstance(value, LargeText):
        raise ValueError(f"{value._what()}: patterns with look-around or back-references need a str; search a slice")
    try:
        return re.compile(pattern, re.MULTILINE | (re.IGNORECASE if "i" in flags else 0))
    except re.error as error:
        raise ValueError(f"pattern {_cut(repr(pattern), 200)}: {error}; literal=True looks for it as it stands") from None


def _fell_back(why):
    return f"searched with Python's re, which is slower: {why}"


def _pattern(pattern, ignore_case, literal):
    flags = ("i" if ignore_case else "") + ("l" if literal else "")
    if isinstance(pattern, re.Pattern):
        if pattern.flags & re.IGNORECASE:
            flags += "i"
        if pattern.flags & re.DOTALL:
            flags += "s"
        if pattern.flags & re.VERBOSE:
            flags += "x"
        pattern = pattern.pattern
    if not isinstance(pattern, (str, bytes)):
        raise TypeError(f"a pattern is str or bytes, not {type(pattern).__name__}")
    return pattern, flags


def _value(text):
    """The text that is meant: a value, or a context by its name."""
    if text is None:
        space = _space()
        if "context" not in space:
            raise NameError("there is no variable `context`; give the text as text=")
        text = space["context"]
    elif isinstance(text, str) and len(text) <= 200 and text in _bound:
        text = _bound[text]
    if not isinstance(text, (str, bytes, list, tuple, dict, LargeText)):
        raise TypeError(f"text is str, bytes, or a list or dict of them, not {type(text).__name__}")
    return text


def _ask(what, value, *args):
    if isinstance(value, LargeText):
        return _rlm.context(what, value._number, *args)
    places = _rlm.places(value)
    if places is None:
        other = next(one for one in _each(value) if not isinstance(one, (str, bytes)))
        raise TypeError(f"text is a {type(value).__name__} of str or bytes, and holds a {type(other).__name__}")
    return _rlm.context(what, places, *args)


def _length(value):
    return value.size if isinstance(value, LargeText) else len(value)


def _part(value, start, end):
    # The first slice of a text that is not ASCII makes the guest count all of it; the host has counted.
    if isinstance(value, str) and not value.isascii() and any(value is one for one in _bound.values()):
        start, end, _ = slice(start, end).indices(len(value))
        if end - start <= LargeText.MOST:
            return _ask("read", value, start, max(start, end))
    return value[start:end]


def _len(thing, /):
    """Return the number of items in a container."""
    return thing.size if type(thing) is LargeText else _builtin_len(thing)


def _is_many(value):
    return isinstance(value, (list, tuple, dict))


def _each(value):
    if isinstance(value, dict):
        return value.values()
    return value if _is_many(value) else (value,)


def _keys(value):
    if isinstance(value, dict):
        return list(value)
    return range(len(value)) if _is_many(value) else None


def _space():
    """The cells' namespace. It is made after this module, so it is looked up when it is needed."""
    return sys.modules["__main__"].__dict__


def next_context(names):
    """The number of the next context, or the first of `names` that no context can have. Called by the host."""
    space = _space()
    for name in names:
        means = keyword.iskeyword(name) or hasattr(builtins, name) or name in HELPERS
        if means or not name.isidentifier() or name in space and name not in _bound:
            return name
    return _numbered


def name_contexts(first, contexts, together):
    """Gives each context, bound under the first of its names, the others as well, and their list the
    name `together`, if that is one. They are numbered from `first`. Called by the host.
    """
    global _numbered
    space, values = _space(), []
    for main, *others in contexts:
        values.append(space[main])
        for name in others:
            space[name] = _bound[name] = space[main]
    if together:
        space[together] = _bound[together] = values
    _numbered = first + len(contexts)


def _bind(name, shape, names, values, space):
    """Binds a context. Called by the guest's Rust side."""
    if shape == "one":
        value = values[0]
    elif shape == "list":
        value = list(values)
    elif shape == "dict":
        value = dict(zip(names, values))
    else:
        value = LargeText(*shape)
        if value.size > sys.maxsize:
            # The first thing everybody asks of a context, and Python's own can tell 31 bits. Not among the
            # built-ins, which are put back after every cell.
            space["len"] = _len
    space[name] = _bound[name] = value
    # Built-ins rather than reserved names: `count = 0` and `lines = ...` are too common to undo.
    for helper in HELPERS:
        setattr(builtins, helper, globals()[helper])
