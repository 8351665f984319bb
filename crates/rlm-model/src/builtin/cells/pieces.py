def as_text(value):
    """One item of a list or dict as text; records become `name: value` lines."""
    if isinstance(value, str):
        return value
    if isinstance(value, (bytes, bytearray)):
        return value.decode("utf-8", "replace")
    if isinstance(value, dict):
        return "\n".join(f"{key}: {value[key]}" for key in value)
    return str(value)


def entries(value):
    """The texts in `value`, whatever its kind."""
    if isinstance(value, dict):
        for key in value:
            body = as_text(value[key])
            yield f"{key}: {body}" if len(body) < 200 and "\n" not in body else f"{key}\n{body}"
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield as_text(item)
    else:
        yield as_text(value)


def pieces(value, size=8_000_000):
    """Texts to search: a string as it is, many small items joined up to `size` characters."""
    batch, held = [], 0
    for text in entries(value):
        if batch and held + len(text) > size:
            yield "\n\n".join(batch)
            batch, held = [], 0
        batch.append(text)
        held += len(text)
    if batch:
        yield batch[0] if len(batch) == 1 else "\n\n".join(batch)
