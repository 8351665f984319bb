SEPARATORS = (": ", ":", " = ", "=", '": "', '": ')


def occurrences(needle):
    return sum(text.count(needle) for text in pieces(context))


def lines_with(text, lead):
    """How many lines begin with `lead`."""
    return text.count("\n" + lead) + text.startswith(lead)


def lead_of(text, field):
    """How this field begins a line here, such as `Section: `."""
    for separator in SEPARATORS:
        for mark in ("", '"', "  ", '  "'):
            lead = mark + field + separator
            if "\n" + lead in text[:2_000_000] or text.startswith(lead):
                return lead
    return None


def holds(text, lead, value):
    """Lines of a field that are exactly the value, that hold it, and whether any holds a list."""
    exact, within, listed = 0, 0, False
    last, at = -1, text.find(value)
    while at >= 0:
        end = at + len(value)
        start = text.rfind("\n", 0, at) + 1
        if start != last and text.startswith(lead, start) and start + len(lead) <= at and whole(text, at, end):
            last, within = start, within + 1
            stop = text.find("\n", end)
            body = text[start + len(lead):stop if stop >= 0 else len(text)].strip().rstrip('",').strip()
            exact += body == value
            listed = listed or ", " in body or " | " in body
        at = text.find(value, end)
    return exact, within, listed


def whole(text, at, end):
    """Is text[at:end] a word by itself, and not a part of a longer name?"""
    before, after = text[max(0, at - 2):at], text[end:end + 2]
    if before and (before[-1].isalnum() or before[-1] == "_"):
        return False
    if len(before) == 2 and before[1] in "-.+" and before[0].isalnum():
        return False
    if after and (after[0].isalnum() or after[0] in "_+"):
        return False
    return not (len(after) == 2 and after[0] in "-.+" and after[1].isalnum())


def names_of(text, lead, value, name_lead, cap=200):
    """The name fields of the records in which a line of the field holds the value."""
    names, last, at = {}, -1, text.find(value)
    blank = "\r\n\r\n" if "\r\n" in text[:4_000] else "\n\n"
    while at >= 0 and len(names) <= cap:
        end = at + len(value)
        start = text.rfind("\n", 0, at) + 1
        if start != last and text.startswith(lead, start) and start + len(lead) <= at and whole(text, at, end):
            last = start
            above = text.rfind(blank, 0, start)
            first = above + len(blank) if above >= 0 else 0
            stop = text.find(blank, start)
            record = "\n" + text[first:stop if stop >= 0 else len(text)]
            found = record.find("\n" + name_lead)
            if found >= 0:
                name = record[found + 1 + len(name_lead):].split("\n", 1)[0].strip().rstrip('",')
                names[name] = True
        at = text.find(value, end)
    return list(names)


def list_records(field, value, name, cap=200):
    """The names of the records whose field holds the value."""
    names = []
    for text in pieces(context):
        lead, name_lead = lead_of(text, field), lead_of(text, name)
        if lead and name_lead:
            names += names_of(text, lead, value, name_lead, cap)
    more = " (and more)" if len(names) > cap else ""
    return ", ".join(names[:cap]) + more if names else None


def count_field(field, value):
    """The answer for one field and value, or None when the field holds no such value."""
    exact, within, listed, lead = 0, 0, False, None
    for text in pieces(context):
        lead = lead_of(text, field) or lead
        if lead:
            one, two, three = holds(text, lead, value)
            exact, within, listed = exact + one, within + two, listed or three
    if not within:
        return None
    if exact and not listed:
        return str(exact)
    return f"{within} (lines of the field {field} that mention {value})"


def count_records(field):
    """How many lines the field has, unless its values are numbers, which are looked up instead."""
    total, lead = 0, None
    for text in pieces(context):
        lead = lead_of(text, field) or lead
        if lead:
            if not total:
                at = text.find("\n" + lead) + 1 + len(lead)
                if text[at:at + 40].split("\n")[0].strip(' ",').isdigit():
                    return None
            total += lines_with(text, lead)
    return f"{total} (lines of the field {field})" if total else None


def count():
    if LITERAL:
        total = occurrences(LITERAL)
        other = sum(occurrences(form) for form in {LITERAL.lower(), LITERAL.upper(), LITERAL.capitalize()} - {LITERAL})
        return f"{total} (as written; {other} more in other cases)" if other else str(total)
    if LINES:
        return str(sum(text.count("\n") + (not text.endswith("\n")) for text in pieces(context)))
    for field in FILTERS:
        for value in VALUES:
            answer = list_records(field, value, RECORDS[0]) if LISTS else count_field(field, value)
            if answer:
                return answer
    if FILTERS and VALUES:
        none = "no line of the field " + ", ".join(FILTERS) + " mentions " + ", ".join(VALUES)
        return "not found in the context: " + none if LISTS else f"0 ({none})"
    if not VALUES:
        return next(filter(None, map(count_records, RECORDS)), None)
    return None


found = count()
if found is None:
    print("no scan answers this: no field fits the question")
else:
    candidate = found
    print("candidate:", repr(candidate))
