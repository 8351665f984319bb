"""Sends the sub-calls of a loop ahead, as one batch, where they do not depend on each other.

The loop itself is left as it is: it runs in its own order and raises where it would have raised.
Before it starts, the prompts it is going to send are computed and sent together; each call in the
loop then finds the reply to its own prompt waiting. A call whose prompt was not foreseen is made as
ever. So the result is that of the loop whatever is foreseen here, and what has to be right is only
that computing the prompts early changes nothing and that few are sent in vain: that is why the
prompts may be made of nothing but reading and formatting, and why the loop may not write what they
read, and may not end early.
"""

import ast
import sys

# Replies that were sent for ahead, by (prompt, model).
_ahead = {}

# More prompts than this are left to the loop itself.
_MOST = 2_000

_FUNCTIONS = {
    *"abs all any bool dict enumerate float format frozenset int len list max min range repr reversed round set".split(),
    *"sorted str sum tuple zip ord chr".split(),
}
_METHODS = {
    *"capitalize casefold center count decode encode endswith find format get index isalnum isalpha isdigit".split(),
    *"isspace items join keys ljust lower lstrip partition removeprefix removesuffix replace rfind rjust rpartition".split(),
    *"rsplit rstrip split splitlines startswith strip swapcase title upper values zfill copy dumps loads".split(),
}
# What a loop may call besides, on what its prompts do not read.
_KEEPING = {*"append add extend update setdefault insert print".split()}

_PURE = (
    ast.Constant, ast.JoinedStr, ast.FormattedValue, ast.BinOp, ast.BoolOp, ast.UnaryOp, ast.Compare, ast.IfExp,
    ast.Subscript, ast.Slice, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.Starred, ast.keyword, ast.expr_context,
    ast.operator, ast.boolop, ast.unaryop, ast.cmpop, ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp,
    ast.comprehension, ast.Name,
)  # fmt: skip


def plan(source):
    """The source with its loops prepared, or None when there is nothing to prepare."""
    _ahead.clear()
    space = sys.modules["__main__"].__dict__
    if type(space.get("llm_query")).__name__ != "host_function":
        return None
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None
    if _binds(tree, "llm_query"):
        return None
    shadowed = {name for name in _FUNCTIONS if name in space or _binds(tree, name)}
    edits = []
    _find(tree.body, edits, shadowed)
    if not edits:
        return None
    space["_rlm_ahead"], space["_rlm_take"] = _send_ahead, _take
    lines = source.encode().splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    text = source.encode()
    for line, column, end_line, end_column, new in sorted(edits, reverse=True):
        text = text[: starts[line - 1] + column] + new.encode() + text[starts[end_line - 1] + end_column :]
    prepared = text.decode()
    try:
        ast.parse(prepared)
    except SyntaxError:
        return None
    return prepared


def _find(body, edits, shadowed):
    """Looks for loops in statements, and in the statements inside them."""
    for statement in body:
        if isinstance(statement, (ast.ClassDef, ast.AsyncFunctionDef, ast.AsyncFor)):
            continue
        if isinstance(statement, ast.For) and _prepare_for(statement, edits, shadowed):
            continue
        inner = [getattr(statement, name) for name in ("body", "orelse", "finalbody") if isinstance(getattr(statement, name, None), list)]
        inner += [handler.body for handler in getattr(statement, "handlers", [])]
        for block in inner:
            _find(block, edits, shadowed)
        if not inner:
            for node in ast.walk(statement):
                if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp)):
                    if _prepare_comprehension(node, edits, shadowed):
                        break


def _prepare_comprehension(node, edits, shadowed):
    parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    call = _only_call(parts)
    if call is None or any(_calls(generator) for generator in node.generators):
        return False
    if any(generator.is_async for generator in node.generators):
        return False
    if not _harmless(parts, call, shadowed):
        return False
    targets = {name.id for generator in node.generators for name in ast.walk(generator.target) if isinstance(name, ast.Name)}
    asked = [call.args[0], *[keyword.value for keyword in call.keywords]]
    pieces = [*asked, *[generator.iter for generator in node.generators], *[test for generator in node.generators for test in generator.ifs]]
    if not all(_pure(piece, shadowed) for piece in pieces):
        return False
    if any(isinstance(inner, (ast.NamedExpr, ast.Lambda, ast.Await, ast.Yield)) for inner in ast.walk(node)):
        return False
    prompts = ast.GeneratorExp(_pair(call), node.generators)
    _edit(edits, node.generators[0].iter, call, prompts, _read(pieces) - targets)
    return True


def _prepare_for(loop, edits, shadowed):
    if loop.orelse or _calls(loop.iter):
        return False
    call = _only_call(loop.body)
    if call is None:
        return False
    forbidden = (ast.Break, ast.Continue, ast.Return, ast.Raise, ast.While, ast.For, ast.With, ast.FunctionDef, ast.ClassDef,
                 ast.Lambda, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Global, ast.Nonlocal, ast.Delete,
                 ast.Import, ast.ImportFrom, ast.Match)  # fmt: skip
    if any(isinstance(node, forbidden) for statement in loop.body for node in ast.walk(statement)):
        return False
    if not _harmless(loop.body, call, shadowed):
        return False
    # What is computed for the prompt before the call is computed in its place.
    known = {}
    for statement in loop.body:
        if any(node is call for node in ast.walk(statement)):
            if not _reached(statement, call):
                return False
            break
        simple = isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name)
        if not simple or not _pure(statement.value, shadowed):
            return False
        known[statement.targets[0].id] = _Put(known).visit(_copy(statement.value))
    prompt, pair = _copy(call.args[0]), _copy(_pair(call))
    if not all(_pure(piece, shadowed) for piece in (prompt, loop.iter, *[keyword.value for keyword in call.keywords])):
        return False
    pair = _Put(known).visit(pair)
    targets = {name.id for name in ast.walk(loop.target) if isinstance(name, ast.Name)}
    if any(not isinstance(node, (ast.Name, ast.Tuple, ast.List, ast.Starred, ast.expr_context)) for node in ast.walk(loop.target)):
        return False
    read = _read([pair, loop.iter])
    written = _written(loop.body) - set(known)
    # A name that is both made here before the call and read from an earlier turn of the loop.
    if (read - targets) & (written | targets) or read & set(known) or targets & written or _read([loop.iter]) & (targets | set(known)):
        return False
    generator = ast.comprehension(loop.target, loop.iter, [], 0)
    _edit(edits, loop.iter, call, ast.GeneratorExp(pair, [generator]), read - targets)
    return True


def _reached(statement, call):
    """Whether the call is made each time: not only in a branch, and not in a handler."""
    while isinstance(statement, ast.Try):
        inner = [part for part in statement.body if any(node is call for node in ast.walk(part))]
        if not inner or statement.body[0] is not inner[0]:
            return False
        statement = inner[0]
    if isinstance(statement, ast.If):
        return False
    return not _conditional(statement, call)


def _conditional(node, call):
    for inner in ast.walk(node):
        branches = []
        if isinstance(inner, ast.IfExp):
            branches = [inner.body, inner.orelse]
        elif isinstance(inner, ast.BoolOp):
            branches = inner.values[1:]
        elif isinstance(inner, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            branches = [inner]
        if any(part is call for branch in branches for part in ast.walk(branch)):
            return True
    return False


def _only_call(parts):
    """The one `llm_query` call of the parts, if it is one that can be foreseen."""
    found = [call for part in parts for call in _calls(part)]
    if len(found) != 1:
        return None
    call = found[0]
    plain = len(call.args) == 1 and not isinstance(call.args[0], ast.Starred)
    if not plain or any(keyword.arg != "model" for keyword in call.keywords):
        return None
    if any(_conditional(part, call) for part in parts if isinstance(part, ast.expr)):
        return None
    return call


def _calls(node):
    return [call for call in ast.walk(node) if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "llm_query"]


def _harmless(parts, call, shadowed):
    """Whether everything called beside `llm_query` is known to leave alone what it is not given."""
    for part in parts:
        for node in ast.walk(part):
            if isinstance(node, ast.Call) and node is not call:
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                allowed = _FUNCTIONS - shadowed if isinstance(node.func, ast.Name) else _METHODS
                if name not in allowed and name not in _KEEPING:
                    return False
    return True


def _pure(node, shadowed):
    """Whether evaluating this once more is seen by nobody."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            by_name = isinstance(inner.func, ast.Name) and inner.func.id in _FUNCTIONS - shadowed
            by_method = isinstance(inner.func, ast.Attribute) and inner.func.attr in _METHODS
            if not (by_name or by_method):
                return False
        elif not isinstance(inner, (*_PURE, ast.Attribute)):
            return False
    return True


def _read(nodes):
    return {name.id for node in nodes for name in ast.walk(node) if isinstance(name, ast.Name) and name.id not in _FUNCTIONS and name.id != "llm_query"}


def _written(body):
    """Names that statements bind, or whose objects they may change."""
    names = set()
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                names.add(node.id)
            elif isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
                names.add(_base(node))
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr not in _METHODS:
                names.add(_base(node.func))
            elif isinstance(node, ast.ExceptHandler) and node.name:
                names.add(node.name)
    return names


def _base(node):
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call, ast.Starred)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def _binds(tree, name):
    for node in ast.walk(tree):
        bound = getattr(node, "name", None) or getattr(node, "asname", None) or getattr(node, "arg", None)
        if bound == name and not isinstance(node, ast.keyword):
            return True
        if isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load):
            return True
        if isinstance(node, (ast.Global, ast.Nonlocal)) and name in node.names:
            return True
    return False


def _pair(call):
    model = call.keywords[0].value if call.keywords else ast.Constant(None)
    return ast.Tuple([call.args[0], model], ast.Load())


def _copy(node):
    import copy

    return copy.deepcopy(node)


class _Put(ast.NodeTransformer):
    """Puts expressions in the place of names."""

    def __init__(self, known):
        self.known = known

    def visit_Name(self, node):
        return _copy(self.known[node.id]) if node.id in self.known else node


class _OneLine(ast.NodeTransformer):
    """Writes f-strings as calls, so that their text needs one line whatever is in it."""

    def visit_JoinedStr(self, node):
        self.generic_visit(node)
        parts = [part if isinstance(part, ast.Constant) else part for part in node.values]
        join = ast.Attribute(ast.Constant(""), "join", ast.Load())
        return ast.Call(join, [ast.List(parts, ast.Load())], [])

    def visit_FormattedValue(self, node):
        self.generic_visit(node)
        value = node.value
        if node.conversion in (114, 115, 97):
            name = {114: "repr", 115: "str", 97: "ascii"}[node.conversion]
            value = ast.Call(ast.Name(name, ast.Load()), [value], [])
        spec = [node.format_spec] if node.format_spec is not None else []
        return ast.Call(ast.Name("format", ast.Load()), [value, *spec], [])


def _edit(edits, iterable, call, prompts, read):
    shown = ast.unparse(ast.fix_missing_locations(_OneLine().visit(_copy(prompts))))
    given = "".join(f"{name}, " for name in sorted(read))
    edits.append((iterable.lineno, iterable.col_offset, iterable.lineno, iterable.col_offset, "_rlm_ahead(("))
    edits.append((iterable.end_lineno, iterable.end_col_offset, iterable.end_lineno, iterable.end_col_offset, f"), lambda: ({given}), lambda: {shown})"))
    name = call.func
    edits.append((name.lineno, name.col_offset, name.end_lineno, name.end_col_offset, "_rlm_take"))


def _send_ahead(items, given, prompts):
    """Sends what the loop over `items` is going to send, and gives the loop its items."""
    try:
        # What can be read only once is not read here.
        if any(hasattr(type(value), "__next__") for value in given()):
            return items
    except Exception:
        return items
    foreseen, model = [], None
    try:
        for prompt, model_of_call in prompts():
            if type(prompt) is not str or foreseen and model_of_call != model or len(foreseen) == _MOST:
                break
            foreseen.append(prompt)
            model = model_of_call
    except Exception:
        # The loop itself will raise this, when it comes to it.
        pass
    if len(foreseen) > 1:
        try:
            replies = sys.modules["__main__"].__dict__["_llm_each"](foreseen, model)
        except Exception:
            return items
        for prompt, reply in zip(foreseen, replies):
            _ahead.setdefault((prompt, model), []).append(reply)
    return items


def _take(prompt, model=None):
    """`llm_query` in a prepared loop."""
    waiting = _ahead.get((prompt, model)) if isinstance(prompt, str) else None
    if not waiting:
        return sys.modules["__main__"].__dict__["llm_query"](prompt, model=model)
    reply = waiting.pop(0)
    if type(reply) is str:
        return reply
    import builtins

    kind, message = reply
    raise getattr(builtins, kind, RuntimeError)(message)
