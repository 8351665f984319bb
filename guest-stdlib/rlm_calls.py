"""Sub-calls in the ways Python programs make calls: awaited, in pools, over long texts.

Everything here ends in the host functions `llm_query`, `llm_query_batched`, `rlm_query` and
`_rlm_forks`, which count, bound and record each call.
"""

import _rlm
import builtins
import pickle
import sys

# The job of the `parallel_map` that is under way: what forks find here is what they work on.
_job = None

# Prefix of what a fork submits, so that an answer given inside it is not taken for an item.
_ITEM = "\0item"

_PLAIN = (str, int, float, bool, type(None))


def _host(name):
    return sys.modules["__main__"].__dict__[name]


# --- await ----------------------------------------------------------------------------------------


async def llm_query_async(prompt, model=None, schema=None):
    """`llm_query`, to be awaited. Calls that wait at the same time are sent together."""
    return await _later("llm_query_batched", prompt, model, schema)


async def llm_query_batched_async(prompts, model=None, schema=None):
    """`llm_query_batched`, to be awaited; raises when a prompt fails."""
    import asyncio

    return list(await asyncio.gather(*[llm_query_async(prompt, model, schema) for prompt in prompts]))


async def rlm_query_async(prompt, model=None, schema=None):
    """`rlm_query`, to be awaited. Runs that are waited for at the same time go on together."""
    return await _later("rlm_query_batched", prompt, model, schema)


def _later(function, prompt, model, schema):
    import asyncio

    loop = asyncio.get_running_loop()
    future = loop.create_future()
    _pending_of(loop).append((function, prompt, model, schema, future))
    return future


def _pending_of(loop):
    """The calls waiting in this loop. They are sent when nothing else is left to run."""
    selector = loop._selector
    if not hasattr(selector, "rlm_pending"):
        selector.rlm_pending = pending = []
        select = selector.select

        def send_then_select(timeout=None):
            if pending and timeout != 0:
                _send(pending)
                return ()
            return select(timeout)

        selector.select = send_then_select
    return selector.rlm_pending


def _send(pending):
    waiting = [call for call in pending if not call[-1].done()]
    pending.clear()
    groups = {}
    for call in waiting:
        groups.setdefault((call[0], call[2], repr(call[3])), []).append(call)
    for (function, model, _), calls in groups.items():
        prompts, schema = [call[1] for call in calls], calls[0][3]
        try:
            replies = _host(function)(prompts, model=model, schema=schema)
        except Exception as error:
            if len(calls) > 1 and not isinstance(error, RuntimeError):
                # One of them is to blame: each finds out for itself.
                replies = [_one(function, prompt, model, schema) for prompt in prompts]
            else:
                replies = [error] * len(calls)
        for (*_, future), reply in zip(calls, replies):
            if isinstance(reply, Exception):
                future.set_exception(reply)
            elif reply is None and schema is None:
                future.set_exception(RuntimeError("sub-call failed; the remark on this cell says why"))
            else:
                future.set_result(reply)


def _one(function, prompt, model, schema):
    try:
        return _host(function.removesuffix("_batched"))(prompt, model=model, schema=schema)
    except Exception as error:
        return error


# --- forks ----------------------------------------------------------------------------------------


def parallel_map(function, *items):
    """`list(map(function, items))`, each item in a copy of the session, on all cores.

    What the function returns comes back, and what it prints; changes it makes to variables do not.
    The first item that raises raises here, with a note that says which it was.
    """
    work = list(zip(*[list(some) for some in items])) if items else []
    # Calls of pools that wait would wait in every fork.
    sys.modules["rlm_pool"].run_waiting()
    values = []
    for index, (value, error) in enumerate(each_in_fork(function, work, "parallel_map")):
        if error is not None:
            error.add_note(f"parallel_map: item {index} of the list, {repr(work[index][0] if len(work[index]) == 1 else work[index])[:200]}, {error.__notes__.pop()}")
            raise error
        values.append(value)
    return values


def each_in_fork(function, work, by):
    """(value, error) of `function(*item)` for each item of the work, each in a fork of the session, with
    what it printed printed. The last note of an error has the traceback."""
    global _job
    if not work:
        return
    before, _job = _job, (function, work)
    try:
        results = _host("_rlm_forks")(len(work), by)
    finally:
        _job = before
    for result in results:
        yield _came_back(result)


def fork_item(index):
    """Runs in a fork: computes one item of the job."""
    function, work = _job
    value = function(*work[index])
    if type(value) in _PLAIN:
        _rlm.submit([_ITEM, value, None])
        return
    try:
        packed = pickle.dumps(value)
    except Exception as error:
        raise TypeError(f"a {type(value).__name__!r} cannot come back from a fork: {error}; return plain data") from None
    _rlm.submit([_ITEM, None, packed])


def _came_back(result):
    printed, *ended = result
    if printed:
        sys.stdout.write(printed)
    if ended[0] is True:
        submitted = ended[1]
        if isinstance(submitted, list) and len(submitted) == 3 and submitted[0] == _ITEM:
            return submitted[1] if submitted[2] is None else pickle.loads(submitted[2]), None
        error, trace = RuntimeError("an item gave an answer in a fork: return the value, and give the answer outside"), "gave an answer"
    else:
        kind, message, trace = ended[1:]
        error, trace = exception(kind, message), f"raised this:\n{trace}"
    error.add_note(trace)
    return None, error


def exception(kind, message):
    """The exception that a host function or a fork told by its class's name and its text."""
    known = getattr(builtins, kind, None) or sys.modules["__main__"].__dict__.get(kind)
    if isinstance(known, type) and issubclass(known, Exception):
        try:
            # The message of a KeyError is the repr of its key.
            return known(message[1:-1] if known is KeyError and message[:1] in "'\"" else message)
        except Exception:
            pass
    return RuntimeError(f"{kind}: {message}")


# --- patterns -------------------------------------------------------------------------------------

# Characters of one prompt, where nobody says otherwise.
_FILL = 80_000


def _pieces(text, most):
    """The text in pieces of at most `most` characters, cut at line ends where there are some."""
    pieces, start = [], 0
    while start < len(text):
        end = min(start + most, len(text))
        if end < len(text):
            at = max(text.rfind("\n\n", start + most // 2, end), text.rfind("\n", start + most // 2, end))
            end = at + 1 if at > start else end
        pieces.append(text[start:end])
        start = end
    return pieces


def _bounded(count, most_calls, name):
    if count > most_calls:
        raise ValueError(f"{name}: {count} sub-calls needed, at most {most_calls} allowed; pass max_calls=, or send less")


def _ask(by, prompts, model, child):
    """The replies to the prompts of a pattern, each of a sub-call or, with `child`, of a child run."""
    return _host("_llm_pattern")(by, prompts, model=model, child=child)


def llm_read(question, text, chars=_FILL, model=None, max_calls=100, child=False):
    """Asks `question` about a text of any length: piece by piece, and then about what was found.
    With `child=True` a child run looks at each piece, with turns and a session of its own."""
    pieces = _pieces(text, chars)
    if not pieces:
        pieces = [""]
    _bounded(len(pieces) + (len(pieces) > 1), max_calls, "llm_read")
    if len(pieces) == 1:
        return _ask("llm_read", [f"{question}\n\nText:\n{pieces[0]}"], model, child)[0]
    prompts = [
        f"{question}\n\nThis is part {number} of {len(pieces)} of the text. Say what it contributes, in short; reply NOTHING "
        f"if it contributes nothing.\n\n{piece}"
        for number, piece in enumerate(pieces, 1)
    ]
    found = _ask("llm_read", prompts, model, child)
    found = [f"Part {number}: {reply}" for number, reply in enumerate(found, 1) if reply.strip().strip(".") != "NOTHING"]
    joined = "\n\n".join(found) or "No part contributed anything."
    return _ask("llm_read", [f"{question}\n\nThese notes were taken from the parts of a long text:\n\n{joined}"], model, False)[0]


def map_reduce(items, map_prompt, reduce_prompt, chars=_FILL, model=None, max_calls=200, child=False):
    """Asks `map_prompt` about each item, then `reduce_prompt` about the replies, in rounds if there
    are many. A prompt is a text put before the item, or a function that makes the prompt of it.
    With `child=True` a child run answers for each item, with turns and a session of its own."""
    items = list(items)
    _bounded(len(items) + 1, max_calls, "map_reduce")
    replies = _ask("map_reduce", [_prompt(map_prompt, item) for item in items], model, child)
    return _merge("map_reduce", replies, reduce_prompt, chars, model, max_calls - len(items), False)


def llm_merge(texts, instruction, chars=_FILL, model=None, max_calls=100, child=False):
    """Combines texts into one by `instruction`: as many in a prompt as fit, round after round. With
    `child=True` a child run combines, with turns and a session of its own."""
    return _merge("llm_merge", texts, instruction, chars, model, max_calls, child)


def _merge(by, texts, instruction, chars, model, max_calls, child):
    texts = [str(text) for text in texts]
    used = 0
    while True:
        groups, size = [[]], 0
        for text in texts:
            if groups[-1] and (size + len(text) > chars and len(groups[-1]) > 1):
                groups.append([])
                size = 0
            groups[-1].append(text)
            size += len(text)
        used += len(groups)
        _bounded(used, max_calls, by)
        prompts = [_prompt(instruction, "\n\n---\n\n".join(group)) for group in groups]
        texts = _ask(by, prompts, model, child)
        if len(texts) == 1:
            return texts[0]


def llm_filter(items, question, model=None, max_calls=500, child=False):
    """The items for which a sub-model, or with `child=True` a child run, answers yes to `question`."""
    items = list(items)
    _bounded(len(items), max_calls, "llm_filter")
    prompts = [_prompt(question, item) + "\n\nReply with YES or NO and nothing else." for item in items]
    replies = _ask("llm_filter", prompts, model, child)
    return [item for item, reply in zip(items, replies) if reply.strip().strip("*.`\"' ").upper().startswith("YES")]


def llm_vote(prompt, n=3, model=None, max_calls=20, child=False):
    """Asks the same `n` times, with `child=True` as many child runs; the reply given most often, and
    how often."""
    _bounded(n, max_calls, "llm_vote")
    replies = [reply.strip() for reply in _ask("llm_vote", [prompt] * n, model, child)]
    counts = {}
    for reply in replies:
        counts[reply] = counts.get(reply, 0) + 1
    best = max(counts, key=counts.get)
    return best, counts[best]


def _prompt(prompt, item):
    return prompt(item) if callable(prompt) else f"{prompt}\n\n{item}"
