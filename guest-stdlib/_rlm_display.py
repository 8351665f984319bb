"""The text of a value for whoever reads it: bounded in all, however the value is nested.

Shares nothing that a cell could rebind with the standard library. Looks into containers of Python's own
types by itself; of everything else it takes `repr`, which may run code of the cell.
"""

from collections import Counter, OrderedDict, defaultdict, deque

_repr, _len, _iter, _next, _type, _id = repr, len, iter, next, type, id
_isinstance, _exception, _args_of = isinstance, BaseException, BaseException.args.__get__
_attribute_of = type.__getattribute__
_repr_of_exception = (BaseException.__repr__, BaseExceptionGroup.__repr__)
_int_digits = 4300


def _name_of(kind):
    """A type's name, whatever its metaclass says."""
    return _attribute_of(kind, "__name__")


class Display:
    """How much to show: characters in all and of one text, entries of one container, levels."""

    def __init__(self, total, text, entries, levels):
        self.total = total
        self.text = text
        self.entries = entries
        self.levels = levels

    def show(self, value):
        """The text of `value`, about `total` characters at most."""
        return _Showing(self).of(value)


class _Showing:
    def __init__(self, bounds):
        self.bounds = bounds
        self.left = bounds.total
        self.path = set()

    def of(self, value):
        kind = _type(value)
        if kind is str or kind is bytes:
            text = self.text(value, "characters" if kind is str else "bytes")
        elif kind in _OPEN:
            return self.inside(value, kind)
        elif _isinstance(value, _exception) and _attribute_of(kind, "__repr__") in _repr_of_exception:
            return self.exception(value, kind)
        else:
            text = self.leaf(value, kind)
        self.left -= _len(text)
        return text

    def text(self, value, unit):
        most = self.bounds.text
        if _len(value) > most:
            return f"{value[:most]!r}...[{_len(value)} {unit}]"
        return _repr(value)

    def leaf(self, value, kind):
        try:
            text = _repr(value)
        except Exception as error:
            if kind is int:
                return f"<int of about {int(value.bit_length() * 0.30103) + 1} digits>"
            return f"<{_name_of(kind)} whose repr raised {_name_of(_type(error))}>"
        if _len(text) > self.bounds.text:
            return f"{text[:self.bounds.text]}...[{_len(text)} characters]"
        return text

    def exception(self, value, kind):
        """As its own `repr` has it, which would visit what a group of exceptions holds as often as it is held."""
        name = _name_of(kind)
        self.left -= _len(name)
        shown = self.inside(_args_of(value), tuple)
        return name + (f"{shown[:-2]})" if shown.endswith(",)") else shown)

    def inside(self, value, kind):
        """A container: its brackets, and as many entries as there is room for."""
        left, right, empty = _OPEN[kind]
        if kind is defaultdict:
            left, empty = f"defaultdict({value.default_factory!r}, {{", f"defaultdict({value.default_factory!r}, {{}})"
        elif kind is deque and value.maxlen is not None:
            right, empty = f"], maxlen={value.maxlen})", f"deque([], maxlen={value.maxlen})"
        if not value:
            self.left -= _len(empty)
            return empty
        self.left -= _len(left) + _len(right)
        if _id(value) in self.path:
            return _AGAIN.get(kind, "...")
        if _len(self.path) >= self.bounds.levels:
            return f"{left}...{right}"
        self.path.add(_id(value))
        pairs = kind in _PAIRS
        parts = []
        entries = value.most_common() if kind is Counter and _len(value) <= 10_000 else value.items() if pairs else value
        for entry in entries:
            if _len(parts) >= self.bounds.entries or self.left <= 0:
                parts.append("...")
                break
            parts.append(f"{self.of(entry[0])}: {self.of(entry[1])}" if pairs else self.of(entry))
            self.left -= 2
        self.path.discard(_id(value))
        if kind is tuple and _len(value) == 1:
            right = ",)"
        return left + ", ".join(parts) + right


# What is written around the entries of each container, and for an empty one.
_OPEN = {
    list: ("[", "]", "[]"),
    tuple: ("(", ")", "()"),
    dict: ("{", "}", "{}"),
    set: ("{", "}", "set()"),
    frozenset: ("frozenset({", "})", "frozenset()"),
    deque: ("deque([", "])", "deque([])"),
    Counter: ("Counter({", "})", "Counter()"),
    OrderedDict: ("OrderedDict({", "})", "OrderedDict()"),
    defaultdict: ("", "})", ""),
    type({}.keys()): ("dict_keys([", "])", "dict_keys([])"),
    type({}.values()): ("dict_values([", "])", "dict_values([])"),
    type({}.items()): ("dict_items([", "])", "dict_items([])"),
}
_PAIRS = frozenset({dict, Counter, OrderedDict, defaultdict})
_AGAIN = {list: "[...]", tuple: "(...)", dict: "{...}", deque: "[...]"}
