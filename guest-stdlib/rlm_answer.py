"""The ways a cell can give an answer.

Every way ends in `_rlm.submit`, which keeps the first answer of a cell. Giving one does not end
the cell.
"""

import _rlm
import builtins
import sys


def FINAL(value=""):
    """Gives `value` as the answer."""
    _give(value)


def FINAL_VAR(name):
    """Gives the variable called `name` as the answer; anything but a name is the answer itself."""
    _give(_resolve(name) if isinstance(name, str) else name)


def SUBMIT(*values, **fields):
    """Gives one value, several as a list, or named fields as a dict."""
    if values and fields:
        raise TypeError("SUBMIT() takes either one value or named fields, not both")
    if fields:
        _give(fields["answer"] if list(fields) == ["answer"] else fields)
    elif values:
        _give(values[0] if len(values) == 1 else list(values))
    else:
        raise TypeError("SUBMIT() needs a value, such as SUBMIT(answer=...)")


def done(value=""):
    """Gives `value` as the answer."""
    _give(value)


def SHOW_VARS():
    """What there is: each variable's type and, where it has one, its length."""
    return {name: _kind(value) for name, value in _variables().items()}


class _Answer(dict):
    """`answer["content"] = ...; answer["ready"] = True`, in either order."""

    def __init__(self):
        super().__init__(content="", ready=False)

    def __setitem__(self, key, value):
        super().__setitem__(key, value)
        if key in ("content", "ready") and self["ready"]:
            if _is_empty(self["content"]):
                print('answer is ready but empty: set answer["content"] too', file=sys.stderr)
            else:
                _give(self["content"])

    def update(self, *others, **fields):
        # Content first, so that the answer is whole when it becomes ready.
        new = dict(*others, **fields)
        for key in sorted(new, key=lambda key: key == "ready"):
            self[key] = new[key]

    def __ior__(self, other):
        self.update(other)
        return self

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return self[key]

    def __delitem__(self, key):
        self.pop(key)

    def pop(self, key, *default):
        value = super().pop(key, *default)
        if key in ("content", "ready"):
            super().__setitem__(key, "" if key == "content" else False)
        return value

    def clear(self):
        super().clear()
        super().update(content="", ready=False)


answer = _Answer()


def on_rebind(name, value):
    """Called when a cell bound one of these names anew; true when that was meant and needs no remark."""
    if name != "answer":
        return False
    if isinstance(value, dict):
        answer.update(value)
        return True
    # `answer = "Paris"` is a candidate, but nobody said it is ready.
    answer["content"] = value
    return False


def prepare():
    """Makes a session one of a run."""
    # A built-in rather than a reserved name: `done = False` is too common a line to undo.
    builtins.done = done


def _give(value):
    try:
        _rlm.submit(value)
    except (TypeError, ValueError):
        # Not plain data: what it says of itself is the answer.
        _rlm.submit(str(value))


def _resolve(name):
    wanted = name.strip().strip("\"'`").strip()
    space = _space()
    if wanted in space:
        return space[wanted]
    if not wanted.isidentifier() or any(value is name for value in list(space.values())):
        # FINAL_VAR(text) rather than FINAL_VAR("text"): the value came instead of its name.
        return name
    there = ", ".join(list(_variables())[:20]) or "none"
    raise NameError(f"FINAL_VAR: no variable is called {wanted!r}; there are: {there}. Use FINAL(value) for a value")


def _space():
    """The cells' namespace. It is made after this module, so it is looked up when it is needed."""
    return sys.modules["__main__"].__dict__


def _variables():
    """What cells made: no modules, and no functions of ours."""
    space = _space()
    return {
        name: value
        for name, value in list(space.items())
        if not name.startswith("_")
        and value is not answer
        and not isinstance(value, type(sys))
        and type(value).__name__ != "host_function"
        and getattr(value, "__globals__", space) is space
    }


def _kind(value):
    kind = type(value).__name__
    try:
        return f"{kind} of {len(value):,}"
    except Exception:
        return kind


def _is_empty(content):
    return content is None or content == ""
