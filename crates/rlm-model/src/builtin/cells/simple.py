def asked_line(text, at):
    """The line of the field asked for, in the record around a place."""
    start, end = text.rfind("\n\n", max(0, at - 8_000), at), text.find("\n\n", at, at + 8_000)
    record = text[start + 2 if start >= 0 else max(0, at - 8_000):end if end >= 0 else at + 8_000]
    lines = [line for line in record.split("\n") if not line.endswith(tuple(": " + needle for needle in NEEDLES))]
    return next((line for name in ASKED for line in lines if line.startswith(name + ":")), None)


def line_at(text, at):
    """The line a place is in, or a stretch of it when it is endless."""
    start, end = text.rfind("\n", max(0, at - 400), at), text.find("\n", at, at + 400)
    return text[start + 1 if start >= 0 else max(0, at - 400):end if end >= 0 else at + 400].strip()


def simple():
    """A line with the rarest term in it, without sub-calls; it says that it is no more than that."""
    for text in pieces(context):
        for needle in NEEDLES:
            at = text.find(": " + needle + "\n")
            line = asked_line(text, at) if at >= 0 else None
            if line:
                return line
        counts = [(text.count(needle), needle) for needle in NEEDLES]
        for count, needle in sorted(pair for pair in counts if pair[0]):
            return "not found in the context for certain; the closest line: " + line_at(text, text.find(needle))
    return "not found in the context: no mention of " + (", ".join(NEEDLES) or "anything asked")


candidate = simple()
print("candidate:", repr(candidate[:2_000]))
