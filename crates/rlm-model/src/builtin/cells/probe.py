# step: probe
import re


def samples(text, size=16384, spots=12):
    """A few stretches of `text`, spread evenly; the whole of it when it is short."""
    if len(text) <= size * spots:
        return [text]
    stride = (len(text) - size) // (spots - 1)
    return [text[at:at + size] for at in range(0, stride * spots, stride)]


def field_names(text):
    """The names that most often stand before a colon or equals sign at the start of a line."""
    shape = re.compile(r'''(?m)^[ \t]*["']?([A-Za-z][\w .-]{0,38}?)["']?[ \t]*(?::(?=[ \t"'])|=)''')
    counts = {}
    for sample in samples(text):
        for name in shape.findall(sample):
            counts[name] = counts.get(name, 0) + 1
    often = [name for name in counts if counts[name] > 1]
    return sorted(often, key=lambda name: -counts[name])[:60]


def look(value):
    print("kind:", type(value).__name__)
    if hasattr(value, "__len__"):
        print("length:", len(value))
    first = value
    if isinstance(value, dict):
        print("first keys:", [str(key)[:60] for key in list(value)[:10]])
        first = next(iter(value.values()), "")
    elif isinstance(value, (list, tuple)):
        first = value[0] if value else ""
    elif isinstance(value, (bytes, bytearray)):
        first = value[:4_000_000].decode("utf-8", "replace")
    if isinstance(value, (dict, list, tuple)):
        print("kind of the first item:", type(first).__name__)
    if isinstance(first, dict):
        names = [str(name) for name in list(first)[:60]]
    else:
        names = field_names(first if isinstance(first, str) else str(first))
    print("fields:", " | ".join(names))
    print("beginning:", repr(str(first)[:600]))


look(context)
