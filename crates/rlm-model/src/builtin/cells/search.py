import heapq
import math

CAP = 20_000       # hits kept per spelling: past this a term says little
BLOCK = 11         # hits vote for stretches of 2**BLOCK characters
RECORD = 6_000     # the longest passage sent to be read
WORD_JOINERS = "-.+_"
OPENERS = ("\n", '"', "'", "=", ",", "\t", "|", "")
CLOSERS = ("\n", "\r", '"', "'", ",", "\t", "|", "", ":", ";")
LEADS = (": ", "= ", "# ", "| ")
CLOSEST = "; the closest line: "


def hits(text, needle):
    """Where `needle` is, and how often (estimated once the cap is reached)."""
    found, at = [], text.find(needle)
    while at >= 0 and len(found) < CAP:
        found.append(at)
        at = text.find(needle, at + len(needle))
    if at < 0:
        return found, len(found)
    return found, int(len(found) * len(text) / (found[-1] + 1))


def spellings(term):
    """The term as written and in lower case and capitalised; upper case comes last."""
    capital = term[:1].upper() + term[1:]
    return list(dict.fromkeys([term, term.lower(), capital])), term.upper()


def locate(text, stem):
    """All hits of a stem in any of its usual spellings."""
    usual, last = spellings(stem)
    found, total = [], 0
    for needle in usual:
        more, count = hits(text, needle)
        found += more
        total += count
    if not found and last not in usual:
        found, total = hits(text, last)
    return found, total


def value_hits(text, term, found, cap=60):
    """Hits that are a whole field value, quoted string, table cell, heading or line."""
    if len(found) >= CAP:
        found = [at + lead for lead, needle in shapes(term) for at in first_hits(text, needle, cap)]
    named = []
    for at in found:
        end = at + len(term)
        if not text.startswith(term, at) and text[at:end].lower() != term.lower():
            continue
        if text[end:end + 1] in CLOSERS and (text[at - 1:at] in OPENERS or text[max(0, at - 2):at] in LEADS):
            named.append(at)
            if len(named) == cap:
                break
    return named


def shapes(term):
    """How a value stands in common formats, for terms with too many hits to look at each."""
    return [(len(before), before + term + after) for before, after in (
        (": ", EOL), ("=", EOL), ("= ", EOL), ('"', '"'), (EOL, EOL), ("# ", EOL))]


def first_hits(text, needle, cap):
    """The first places of a needle."""
    found, at = [], text.find(needle)
    while at >= 0 and len(found) < cap:
        found.append(at)
        at = text.find(needle, at + len(needle) - 1)
    return found


def bounds(text, at):
    """The record, paragraph or window of lines around a hit."""
    low, high = max(0, at - RECORD), min(len(text), at + RECORD)
    start, end = text.rfind(BLANK, low, at + 1), text.find(BLANK, at, high)
    start = start + len(BLANK) if start >= 0 else (0 if low == 0 else -1)
    end = end if end >= 0 else (len(text) if high == len(text) else -1)
    if start >= 0 and end >= 0 and end - start <= RECORD:
        return heading(text, start), end
    return window(text, at)


def heading(text, start):
    """Moves the start up over a one-line heading that stands just before it."""
    if start < 2 * len(BLANK):
        return start
    stop = start - len(BLANK)
    above = text.rfind(BLANK, max(0, stop - 120), stop)
    line = text[above + len(BLANK):stop] if above >= 0 else ""
    if line and "\n" not in line and ":" not in line and not line.rstrip().endswith("."):
        return above + len(BLANK)
    return start


def window(text, at, lines=2, size=1_500):
    """A few whole lines around a hit, or words when the lines are endless."""
    start, end = at, at
    for _ in range(lines + 1):
        start = text.rfind("\n", max(0, at - size), max(0, start))
        end = text.find("\n", min(end + 1, len(text)), at + size)
        if start < 0 or end < 0:
            break
    if start < 0:
        low = max(0, at - size)
        start = 0 if low == 0 else text.find(" ", low, at)
        start = start if start >= 0 else low
    if end < 0:
        high = min(len(text), at + size)
        end = high if high == len(text) else text.rfind(" ", at, high)
        end = end if end >= 0 else high
    return start + (text[start:start + 1] in "\n "), end


def whole(text, at, end):
    """Is text[at:end] a word by itself, and not a part of a longer name?"""
    before, after = text[max(0, at - 2):at], text[end:end + 2]
    if before and (before[-1].isalnum() or before[-1] == "_"):
        return False
    if len(before) == 2 and before[1] in WORD_JOINERS and before[0].isalnum():
        return False
    if after and (after[0].isalnum() or after[0] in "_+"):
        return False
    return not (len(after) == 2 and after[0] in WORD_JOINERS and after[1].isalnum())


def fit(lowered, term, stem, first_line):
    """How well a passage matches a term: 6 names it, 1 mentions it, less for a part of a word."""
    best, at = 0.0, lowered.find(stem)
    for _ in range(12):
        if at < 0:
            break
        end = at + len(term)
        if lowered.startswith(term, at) and whole(lowered, at, end):
            left = lowered[max(0, at - 2):at]
            named = left[-1:] in OPENERS or left in LEADS
            closed = lowered[end:end + 1] in CLOSERS
            best = max(best, (6.0 if at < first_line else 4.5) if named and closed else 1.0)
        else:
            best = max(best, partial(lowered, at, at + len(stem)))
        at = lowered.find(stem, at + len(stem))
    return best


def partial(lowered, at, end):
    """Another form of the same word is worth more than a part of some longer name."""
    if end - at < 4 or (at and (lowered[at - 1].isalnum() or lowered[at - 1] in WORD_JOINERS)):
        return 0.1
    stop = end
    while lowered[stop:stop + 1].isalpha():
        stop += 1
    return 0.8 if stop - end < 5 and lowered[stop:stop + 1] not in WORD_JOINERS else 0.3


def rate(passage, weights):
    """Total worth of a passage for the question; terms in one line count again."""
    lowered = passage.lower()
    first_line = (lowered.find("\n") + 1) or len(lowered)
    total, present = 0.0, []
    for term, stem, weight in weights:
        worth = weight * fit(lowered, term, stem, first_line)
        total += worth
        if worth:
            present.append((stem, weight))
    together = 0.0
    for line in lowered.split("\n")[:200]:
        together = max(together, sum(weight for stem, weight in present if stem in line))
    asked = sum(1 for name in ASKED if "\n" + name.lower() in "\n" + lowered)
    top = max((weight for _, _, weight in weights), default=1.0)
    return (total + together + top * min(asked, 1)) / (1.0 + len(passage) / 20_000)


def locate_all(text):
    """Hits of every term in one text, with how often it occurs there."""
    return {term: locate(text, stem) for term, stem, _ in TERMS}


def weigh(totals, size):
    """The weight of each term that occurs: the rarer, the heavier."""
    return {term: boost * math.log(1.0 + size / (20.0 * totals[term] + 20.0)) + 0.01
            for term, _, boost in TERMS if totals.get(term)}


def promising(found, weights):
    """Hits in the blocks of text where most weight comes together."""
    votes = {}
    for term in weights:
        for block in set(at >> BLOCK for at in found[term]):
            votes[block] = votes.get(block, 0.0) + weights[term]
    best = set(heapq.nlargest(80, votes, key=lambda block: (
        votes[block] + 0.5 * max(votes.get(block - 1, 0.0), votes.get(block + 1, 0.0)), -block)))
    chosen, used = [], {}
    for term in sorted(weights, key=lambda term: (-weights[term], term)):
        for at in found[term]:
            block = at >> BLOCK
            if block in best and used.get(block, 0) < 6:
                used[block] = used.get(block, 0) + 1
                chosen.append(at)
    return chosen


def header_of(text, passage):
    """The first line of a table to which the passage's lines belong, or nothing."""
    line = text[:400].split("\n", 1)[0].rstrip("\r")
    own = passage.strip().split("\n", 1)[0]
    for mark in "\t|;,":
        if mark in line:
            fits = line.count(mark) == own.count(mark) and not line.endswith(".") and line != own
            return line + "\n" if fits else ""
    return ""


def passages(text, located, weights):
    """(worth, where, passage) of the best places in one text."""
    found = {term: located[term][0] for term in located}
    places = promising(found, weights)
    for term in SUBJECTS:
        if term in weights:
            places += value_hits(text, term, found[term])
    spans = dict.fromkeys(bounds(text, at) for at in sorted(places))
    scale = [(term.lower(), stem.lower(), weights[term]) for term, stem, _ in TERMS if term in weights]
    rated = [(rate(text[start:end], scale), -start, end) for start, end in spans if end > start]
    best = [(worth, -start, text[-start:end]) for worth, start, end in heapq.nlargest(PROMPTS, rated)]
    return [(worth, start, (header_of(text, passage) if start else "") + passage)
            for worth, start, passage in best]


def ask(chosen):
    """What the sub-model replies to each passage, None where it failed."""
    prompts = [PROMPT + passage for _, _, passage in chosen]
    try:
        replies = list(llm_query_batched(prompts))
    except Exception as error:
        print("sub-calls failed:", type(error).__name__, str(error)[:200])
        replies = []
    replies += [None] * (len(prompts) - len(replies))
    return [reply.strip() if type(reply) is str else None for reply in replies]


def found(reply):
    """Whether a reply is an answer."""
    return bool(reply) and not reply.upper().startswith("NOT FOUND")


def closest(told):
    """What the first reply that found no answer says came close, or nothing."""
    near = (reply.partition(CLOSEST)[2] for reply in told if reply and not found(reply))
    return next((line for line in near if line), "")


def settle(chosen, told):
    """The answer from the best passage; passages of nearly equal worth vote, poor ones are not heard."""
    least = 0.6 * chosen[0][0]
    answered = [(worth, reply) for (worth, _, _), reply in zip(chosen, told) if found(reply) and worth >= least]
    if not answered:
        return None
    top = answered[0][0]
    votes = {}
    for worth, reply in answered:
        if worth >= 0.98 * top:
            votes[reply] = votes.get(reply, 0) + 1
    return max(votes, key=votes.get)


def closest_line(passage):
    """The line with most of the question in it, for when no sub-model could be asked."""
    lines = [line for line in passage.split("\n") if line.strip()]
    for name in ASKED:
        for line in lines:
            if line.startswith((name + ":", name + "=", name + " =")):
                return line.strip()
    def worth(line):
        lowered = line.lower()
        return sum(boost for _, stem, boost in TERMS if stem.lower() in lowered)
    return max(lines, key=worth).strip()[:600]


def survey():
    """How long the context is, how often each term occurs, and the hits when it is one text."""
    size, totals, number, located = 0, {}, 0, {}
    for text in pieces(context):
        located = locate_all(text)
        number += 1
        size += len(text)
        for term in located:
            totals[term] = totals.get(term, 0) + located[term][1]
    return size, totals, located if number == 1 else None


def best_passages(size, totals, located):
    """The best passages of all texts, by one scale."""
    global BLANK, EOL
    best, weights = [], weigh(totals, size)
    for text in pieces(context):
        EOL = "\r\n" if "\r\n" in text[:4_000] else "\n"
        BLANK = EOL + EOL
        here = passages(text, located or locate_all(text), weights)
        best = heapq.nlargest(PROMPTS, best + here, key=lambda one: one[0])
        if not best and size <= RECORD and TERMS:
            best = [(1.0, 0, text)]
    return best


def search():
    size, totals, located = survey()
    if not size:
        return "not found in the context: it is empty"
    if not TERMS:
        return "not found in the context: the question has no words to search for"
    if NEEDED and not any(totals[term] for term in NEEDED):
        return "not found in the context: no mention of " + ", ".join(NEEDED)
    best = best_passages(size, totals, located)
    for worth, where, passage in best:
        print(f"passage at {where}, worth {worth:.1f}: {passage[:120]!r}")
    told = ask(best) if best else []
    if best and all(reply is None for reply in told):
        return closest_line(best[0][2])
    answer = settle(best, told) if best else None
    if answer is None:
        line = closest(told)
        terms = ", ".join(term for term, _, _ in TERMS)
        searched = "not found in the context: nothing there answers this; searched for " + terms
        return searched + (CLOSEST + line if line else "")
    return answer


BLANK, EOL = "\n\n", "\n"
candidate = search()
print("candidate:", repr(candidate[:2_000]))
