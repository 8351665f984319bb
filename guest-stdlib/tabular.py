"""Small tables as plain Python: a table is a list of dicts, one a row.

Everything takes rows and gives rows, so calls chain and any other code can take over:

    import tabular as t
    rows = t.read_csv(text)                      # or read_jsonl(text), read_tsv(text)
    rows = t.where(rows, lambda r: r["n"] > 10)  # or where(rows, city="Oslo")
    t.count(rows, "city")                        # [{"city": "Oslo", "count": 3}, ...], most first
    t.group(rows, "city", total=("n", sum), mean=("n", t.mean))
    t.sort(rows, "-total", "city")
    t.join(rows, cities, on="city", how="left")
    print(t.show(rows))

A column name may also be a function of a row. Missing values are None: they sort last, and the
functions of `group` do not see them.
"""

import csv
import io
import json
import re
import statistics

__all__ = [
    "read_csv", "read_tsv", "read_jsonl", "parse", "where", "select", "derive", "distinct", "group", "count",
    "sort", "top", "join", "column", "mean", "median", "show", "to_csv", "to_jsonl",
]


def read_csv(text, delimiter=",", header=None, convert=True):
    """Rows of CSV text (or of an open file). The first line names the columns unless `header` does.

    With `convert`, numbers become int and float, and empty fields None. Surplus fields of a line are
    kept as a list under None, missing ones are None, as in csv.DictReader.
    """
    lines = io.StringIO(text, newline="") if isinstance(text, str) else text
    rows = csv.DictReader(lines, fieldnames=header, delimiter=delimiter)
    if not convert:
        return list(rows)
    return [{name: parse(value) for name, value in row.items()} for row in rows]


def read_tsv(text, header=None, convert=True):
    """Rows of tab-separated text."""
    return read_csv(text, "\t", header, convert)


def read_jsonl(text):
    """Rows of JSON lines: one object a line, blank lines left out. Says which line is not JSON."""
    rows = []
    for number, line in enumerate(text.splitlines() if isinstance(text, str) else text, 1):
        if line.strip():
            try:
                rows.append(json.loads(line))
            except ValueError as error:
                raise ValueError(f"line {number} is not JSON: {error}: {line[:80]!r}") from None
    return rows


_INT = re.compile(r"[+-]?(0|[1-9][0-9]{0,17})\Z")
_FLOAT = re.compile(r"[+-]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][+-]?[0-9]+)?\Z")


def parse(text):
    """A field as int, float, None (empty) or the text it is. `007` stays text: it is rather a name."""
    if not isinstance(text, str):
        return text
    stripped = text.strip()
    if not stripped:
        return None
    if _INT.match(stripped):
        return int(stripped)
    if _FLOAT.match(stripped) and not re.match(r"[+-]?0[0-9]", stripped) and len(stripped) <= 40:
        return float(stripped) if re.search(r"[.eE]", stripped) else text
    return text


def _getter(key):
    if callable(key):
        return key
    if isinstance(key, (list, tuple)):
        getters = [_getter(part) for part in key]
        return lambda row: tuple(get(row) for get in getters)

    def get(row):
        try:
            return row[key]
        except KeyError:
            raise KeyError(f"no column {key!r}; this row has {', '.join(map(repr, row))}") from None

    return get


def where(rows, test=None, /, **equal):
    """The rows for which `test(row)` holds and whose columns have these values."""
    def holds(row):
        return (test is None or test(row)) and all(row.get(name) == value for name, value in equal.items())

    return [row for row in rows if holds(row)]


def select(rows, /, *names, **renamed):
    """Rows with these columns alone; `new=key` takes a column, or a function of the row, under another name."""
    getters = {name: _getter(name) for name in names} | {new: _getter(key) for new, key in renamed.items()}
    return [{name: get(row) for name, get in getters.items()} for row in rows]


def derive(rows, /, **columns):
    """Rows with columns added: each a function of the row, or another column's name."""
    getters = {name: _getter(key) for name, key in columns.items()}
    return [{**row, **{name: get(row) for name, get in getters.items()}} for row in rows]


def distinct(rows, *keys):
    """The first row for each value of the keys, or of all columns."""
    get = _getter(keys) if keys else lambda row: tuple(row.items())
    seen = {}
    for row in rows:
        seen.setdefault(_hashable(get(row)), row)
    return list(seen.values())


def _hashable(value):
    if isinstance(value, (list, tuple)):
        return tuple(map(_hashable, value))
    if isinstance(value, dict):
        return tuple((key, _hashable(part)) for key, part in value.items())
    return value


def group(rows, by, /, **aggregates):
    """One row for each value of `by` (a column, a function, or a list of them), in order of appearance.

    Each aggregate is `new=(column, function)`: the function gets the list of the group's values that
    are not None, and is not called without any (None then). `new=len` counts rows. Without aggregates
    each row has `rows`, the group's rows.
    """
    keys = by if isinstance(by, (list, tuple)) else [by]
    names = [key if isinstance(key, str) else "key" if len(keys) == 1 else f"key{index}" for index, key in enumerate(keys)]
    get = _getter(tuple(keys))
    groups = {}
    for row in rows:
        groups.setdefault(_hashable(get(row)), []).append(row)
    made = []
    for key, members in groups.items():
        row = dict(zip(names, key))
        for name, how in (aggregates or {"rows": list}).items():
            row[name] = _aggregate(members, how)
        made.append(row)
    return made


def _aggregate(members, how):
    if callable(how):
        return how(members)
    key, function = how
    get = _getter(key)
    values = [value for value in map(get, members) if value is not None]
    return function(values) if values else None


def count(rows, by):
    """How many rows there are of each value of `by`, most first."""
    return sort(group(rows, by, count=len), "-count")


def sort(rows, *keys, reverse=False):
    """Rows ordered by columns or functions; `"-name"` orders downwards. None comes last. Stable."""
    made = list(rows)
    for key in reversed(keys):
        down = reverse
        if isinstance(key, str) and key.startswith("-"):
            key, down = key[1:], not reverse
        get = _getter(key)
        there = sorted((row for row in made if get(row) is not None), key=get, reverse=down)
        made = there + [row for row in made if get(row) is None]
    return made


def top(rows, key, most=10):
    """The `most` rows with the largest values of a column or function."""
    get = _getter(key)
    return sorted((row for row in rows if get(row) is not None), key=get, reverse=True)[:most]


def join(left, right, on, how="inner"):
    """Pairs rows whose `on` columns (one, several, or a pair `(left name, right name)` in a dict) agree.

    `how` is "inner", or "left" to keep rows of `left` without a partner, their missing columns None.
    Where both have a column, the left one's stays and the right one's is added with `_2` at its end.
    """
    if how not in ("inner", "left"):
        raise ValueError(f"how must be 'inner' or 'left', not {how!r}")
    pairs = on if isinstance(on, dict) else {on: on} if isinstance(on, str) else {name: name for name in on}
    left_key, right_key = _getter(tuple(pairs)), _getter(tuple(pairs.values()))
    partners = {}
    columns = {}
    for row in right:
        partners.setdefault(_hashable(right_key(row)), []).append(row)
        columns.update(dict.fromkeys(row))
    shared = set(pairs.values())
    nothing = dict.fromkeys(columns)
    made = []
    for row in left:
        found = partners.get(_hashable(left_key(row)), [nothing] if how == "left" else [])
        for other in found:
            extra = {name: value for name, value in other.items() if name not in shared}
            made.append({**row, **{f"{name}_2" if name in row else name: value for name, value in extra.items()}})
    return made


def column(rows, key):
    """The values of one column, or of a function of the rows, as a list."""
    return list(map(_getter(key), rows))


def mean(values):
    """The arithmetic mean."""
    return statistics.fmean(values)


def median(values):
    """The value in the middle."""
    return statistics.median(values)


def show(rows, most=20, width=40):
    """The first rows as an aligned text table; says how many more there are."""
    rows = list(rows)
    if not rows:
        return "(no rows)"
    names = list(dict.fromkeys(name for row in rows[:most] for name in row))
    cells = [[_cell(row.get(name), width) for name in names] for row in rows[:most]]
    titles = [_cell(name, width) for name in names]
    wide = [max(len(line[index]) for line in [titles, *cells]) for index in range(len(names))]
    right = [all(isinstance(row.get(name), (int, float, type(None))) for row in rows[:most]) for name in names]

    def line(parts):
        return "  ".join(p.rjust(w) if r else p.ljust(w) for p, w, r in zip(parts, wide, right)).rstrip()

    lines = [line(titles), line(["-" * w for w in wide]), *map(line, cells)]
    if len(rows) > most:
        lines.append(f"... {len(rows) - most} more rows")
    return "\n".join(lines)


def _cell(value, width):
    text = "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
    text = text.replace("\n", " ")
    return text if len(text) <= width else text[: width - 1] + "…"


def to_csv(rows, delimiter=","):
    """The rows as CSV text, with a line of names."""
    rows = list(rows)
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names, delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def to_jsonl(rows):
    """The rows as JSON lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
