"""Looks for programs that print something else in the sandbox than on this Python.

    python3 tests/differential.py [--repl target/debug/rlm-repl] [--seconds 60] [--seed 1]

Makes small programs from a grammar of expressions and statements, runs each here and in one
session of `rlm-repl session`, and compares what every line printed: a value's repr, or the kind of
exception. Prints each difference that is new in kind, with the line alone, and at the end what was
run. Exit code 1 when anything differed.
"""

import argparse
import contextlib
import io
import json
import random
import re
import resource
import subprocess
import sys
import time
import warnings

INTS = ["0", "1", "-1", "2", "3", "7", "10", "255", "-13", "2**31", "2**63", "-(2**64)", "10**20", "True", "False"]
FLOATS = ["0.0", "-0.0", "0.5", "1.5", "-2.25", "1e10", "1e-7", "1e300", "3.14159", "float('inf')", "float('nan')", "100.0", "2.675"]
TEXTS = ["''", "'a'", "'abc'", "'Hello World'", "'a,b,,c'", "' pad '", "'line1\\nline2\\n'", "'é漢😀'", "'12'", "'-3.5'", "'ABCabc'", "'x=1;y=2'", "'%s %d'", "'{} {0}'", "'tab\\there'", "'ß'", "'aaa'", "'0x1F'", "'a\\x00b'", "'it\\'s'"]
BYTES = ["b''", "b'abc'", "b'a b'", "b'\\x00\\xff'", "b'12'", "bytearray(b'xyz')"]
PATTERNS = ["r'\\d+'", "r'[a-z]+'", "r'(\\w)(\\w)?'", "r'^a|b$'", "r'\\s*'", "r'(?P<n>[A-Z])\\w*'", "r'a*?'", "r'(?i)HELLO'", "r'.'", "r',|;'", "r'\\b'", "r'(a)|(b)'", "r'[^a-c]'", "r'x?'"]
SPECS = ["", "d", "5", "<8", ">8", "^8", "*^9", "05", "+", ",", "_", "x", "#o", "b", "e", ".2f", ".3g", "%", ".0%", "10.3", "s", ".2", "c", "+.1e", "08.2f", "n", "=+6", "#x", " "]


class Grammar:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def pick(self, *makers):
        return self.r.choice(makers)()

    def int(self, depth):
        if depth <= 0 or self.r.random() < 0.3:
            return self.r.choice(INTS)
        d = depth - 1
        return self.pick(
            lambda: f"({self.int(d)} {self.r.choice(['+', '-', '*', '//', '%', '&', '|', '^'])} {self.int(d)})",
            lambda: f"({self.int(0)} {self.r.choice(['<<', '>>', '**'])} {self.r.choice(['0', '1', '3', '-1', '5'])})",
            lambda: f"{self.r.choice(['abs', 'int', '-', '~', 'hash', 'round'])}({self.int(d)})",
            lambda: f"len({self.sequence(d)})", lambda: f"{self.text(d)}.{self.r.choice(['find', 'count', 'rfind', 'index'])}({self.text(0)})",
            lambda: f"sum({self.list(d)})", lambda: f"divmod({self.int(d)}, {self.int(d)})", lambda: f"pow({self.int(0)}, {self.r.choice(['0', '2', '5'])}, {self.int(0)})",
            lambda: f"({self.int(d)}).{self.r.choice(['bit_length', 'bit_count', 'as_integer_ratio', '__index__'])}()",
            lambda: f"int({self.text(0)}, {self.r.choice(['10', '16', '0', '2', '36'])})", lambda: f"int({self.float(d)})",
            lambda: f"math.{self.r.choice(['floor', 'ceil', 'isqrt', 'trunc'])}({self.number(d)})", lambda: f"math.factorial({self.int(0)} % 30)",
        )

    def float(self, depth):
        if depth <= 0 or self.r.random() < 0.3:
            return self.r.choice(FLOATS)
        d = depth - 1
        return self.pick(
            lambda: f"({self.float(d)} {self.r.choice(['+', '-', '*', '/', '//', '%'])} {self.number(d)})",
            lambda: f"round({self.float(d)}, {self.r.choice(['0', '1', '2', '-1', '5'])})", lambda: f"float({self.text(0)})",
            lambda: f"({self.int(d)} / {self.int(d)})", lambda: f"math.{self.r.choice(['sqrt', 'fabs', 'modf', 'frexp', 'degrees', 'ulp'])}({self.number(d)})",
            lambda: f"({self.float(d)}).{self.r.choice(['hex', 'is_integer', 'as_integer_ratio', '__trunc__'])}()", lambda: f"math.fsum({self.list(d)})",
        )

    def number(self, depth):
        return self.pick(lambda: self.int(depth), lambda: self.float(depth))

    def text(self, depth):
        if depth <= 0 or self.r.random() < 0.3:
            return self.r.choice(TEXTS)
        d = depth - 1
        return self.pick(
            lambda: f"({self.text(d)} + {self.text(d)})", lambda: f"({self.text(d)} * {self.r.choice(['0', '2', '-1', '3'])})", lambda: f"{self.text(d)}{self.slice()}",
            lambda: f"{self.text(d)}.{self.r.choice(['upper', 'lower', 'title', 'strip', 'swapcase', 'capitalize', 'casefold', 'lstrip', 'rstrip', 'expandtabs', 'isdigit', 'isalpha', 'isupper', 'istitle', 'isidentifier', 'isprintable', 'isspace', 'isnumeric'])}()",
            lambda: f"{self.text(d)}.replace({self.text(0)}, {self.text(0)})", lambda: f"{self.text(d)}.{self.r.choice(['center', 'ljust', 'rjust', 'zfill'])}({self.r.choice(['0', '3', '12'])})",
            lambda: f"{self.text(0)}.join(map(str, {self.list(d)}))", lambda: f"format({self.value(d)}, {self.r.choice(SPECS)!r})", lambda: f"f'{{{self.number(0)!s}:{self.r.choice(SPECS)}}}'",
            lambda: f"{self.r.choice(['str', 'repr', 'ascii'])}({self.value(d)})", lambda: f"({self.r.choice(['%s', '%r', '%d', '%x', '%5.1f', '%c', '%-6s|', '%05d', '%e', '%g'])!r} % ({self.value(d)},))",
            lambda: f"{self.r.choice(['hex', 'bin', 'oct', 'chr'])}({self.int(d)} % 5000)", lambda: f"re.sub({self.r.choice(PATTERNS)}, {self.r.choice(['\"-\"', 'lambda m: m.group().upper()', chr(34) + chr(34)])}, {self.text(d)})",
            lambda: f"{self.text(d)}.{self.r.choice(['removeprefix', 'removesuffix', 'strip', 'lstrip'])}({self.text(0)})", lambda: f"textwrap.fill({self.text(d)}, {self.r.choice(['3', '9', '20'])})",
            lambda: f"json.dumps({self.value(d)})", lambda: f"{self.text(d)}.translate(str.maketrans('abc', 'xyz', 'l'))", lambda: f"{self.bytes(d)}.decode({self.r.choice(['', '\"latin-1\"', '\"utf-8\", \"replace\"', '\"ascii\", \"ignore\"'])})",
            lambda: f"reprlib.repr({self.value(d)})", lambda: f"pprint.pformat({self.value(d)}, width={self.r.choice(['5', '20', '80'])})", lambda: f"html.escape({self.text(d)})", lambda: f"urllib.parse.quote({self.text(d)})",
        )

    def bytes(self, depth):
        if depth <= 0 or self.r.random() < 0.4:
            return self.r.choice(BYTES)
        d = depth - 1
        return self.pick(
            lambda: f"{self.text(d)}.encode({self.r.choice(['', '\"latin-1\", \"replace\"', '\"utf-16-le\"', '\"ascii\", \"backslashreplace\"'])})", lambda: f"({self.bytes(d)} + {self.bytes(d)})",
            lambda: f"{self.bytes(d)}{self.slice()}", lambda: f"{self.bytes(d)}.{self.r.choice(['hex', 'upper', 'split', 'strip', 'isalnum', 'title'])}()", lambda: f"base64.b64encode({self.bytes(d)})",
            lambda: f"struct.pack({self.r.choice(['<i', '>H', '<q', 'B'])!r}, {self.int(0)})", lambda: f"hashlib.md5({self.bytes(d)}).digest()",
        )

    def list(self, depth):
        if depth <= 0:
            return self.r.choice(["[]", "[1]", "[3, 1, 2]", "['b', 'a']", "[1.5, 2]", "[0, None]", "[[1], [2, 3]]", "list(range(5))", "[True, 2]"])
        d = depth - 1
        return self.pick(
            lambda: "[" + ", ".join(self.value(d) for _ in range(self.r.randrange(4))) + "]", lambda: f"sorted({self.list(d)})", lambda: f"{self.text(d)}.{self.r.choice(['split', 'splitlines', 'rsplit'])}()",
            lambda: f"{self.text(d)}.split({self.text(0)})", lambda: f"({self.list(d)} + {self.list(d)})", lambda: f"{self.list(d)}{self.slice()}", lambda: f"[x for x in {self.sequence(d)} if x]",
            lambda: f"[(i, x) for i, x in enumerate({self.sequence(d)})]", lambda: f"list(zip({self.sequence(d)}, {self.sequence(d)}))", lambda: f"re.{self.r.choice(['findall', 'split'])}({self.r.choice(PATTERNS)}, {self.text(d)})",
            lambda: f"[m.span() for m in re.finditer({self.r.choice(PATTERNS)}, {self.text(d)})]", lambda: f"sorted({self.list(d)}, key=str, reverse=True)", lambda: f"list(itertools.islice(itertools.{self.r.choice(['accumulate', 'pairwise', 'permutations', 'chain'])}({self.list(d)}), 30))",
            lambda: f"list({self.dict(d)}.{self.r.choice(['keys', 'values', 'items'])}())", lambda: f"list(map({self.r.choice(['str', 'len', 'bool', 'type', 'abs'])}, {self.list(d)}))", lambda: f"collections.Counter({self.sequence(d)}).most_common(2)",
            lambda: f"list(csv.reader([{self.text(0)}, {self.text(0)}]))", lambda: f"[list(g) for _, g in itertools.groupby({self.sequence(d)})]", lambda: f"list(reversed({self.sequence(d)}))", lambda: f"shlex.split({self.text(0)})",
            lambda: f"heapq.nsmallest(2, {self.list(d)})", lambda: f"statistics.{self.r.choice(['mean', 'median', 'mode', 'pstdev'])}({self.list(d)})", lambda: f"list(difflib.ndiff([{self.text(0)}], [{self.text(0)}]))",
        )

    def dict(self, depth):
        if depth <= 0:
            return self.r.choice(["{}", "{'a': 1}", "{1: 'x', 'k': [2]}", "dict(zip('ab', range(2)))"])
        d = depth - 1
        return self.pick(
            lambda: "{" + ", ".join(f"{self.key(d)}: {self.value(d)}" for _ in range(self.r.randrange(3))) + "}", lambda: f"{{x: i for i, x in enumerate({self.sequence(d)})}}", lambda: f"({self.dict(d)} | {self.dict(d)})",
            lambda: f"dict.fromkeys({self.sequence(d)})", lambda: f"dict(collections.Counter({self.text(d)}))", lambda: f"json.loads(json.dumps({self.dict(d)}))", lambda: f"dict(sorted({self.dict(d)}.items()))",
        )

    def key(self, depth):
        return self.pick(lambda: self.int(0), lambda: self.text(0), lambda: f"({self.int(0)}, {self.text(0)})")

    def sequence(self, depth):
        return self.pick(lambda: self.list(depth), lambda: self.text(depth), lambda: f"tuple({self.list(depth)})", lambda: f"range({self.r.choice(['3', '0', '2, 8, 3', '5, 0, -2'])})", lambda: self.dict(depth), lambda: self.bytes(depth))

    def slice(self):
        part = lambda: self.r.choice(["", "0", "1", "-1", "2", "-3", "9"])
        step = self.r.choice(["", ":2", ":-1", ":-2", ":"])
        return self.r.choice([f"[{part()}:{part()}{step}]", f"[{self.r.choice(['0', '-1', '5'])}]"])

    def truth(self, depth):
        d = depth - 1
        return self.pick(
            lambda: f"({self.value(d)} {self.r.choice(['==', '!=', 'in', 'not in', 'is', 'and', 'or'])} {self.value(d)})", lambda: f"({self.number(d)} {self.r.choice(['<', '<=', '>', '>='])} {self.number(d)})",
            lambda: f"({self.list(d)} < {self.list(d)})", lambda: f"not {self.value(d)}", lambda: f"isinstance({self.value(d)}, ({self.r.choice(['int', 'str', 'list', 'float'])}, dict))", lambda: f"bool({self.value(d)})",
            lambda: f"{self.r.choice(['any', 'all'])}({self.list(d)})", lambda: f"{self.text(d)}.startswith({self.text(0)})", lambda: f"bool(re.{self.r.choice(['match', 'search', 'fullmatch'])}({self.r.choice(PATTERNS)}, {self.text(d)}))",
        )

    def odd(self, depth):
        d = depth - 1
        return self.pick(
            lambda: f"set({self.sequence(d)}) == set({self.sequence(d)})", lambda: f"decimal.Decimal({self.text(0)})", lambda: f"fractions.Fraction({self.int(0)}, {self.int(0)})", lambda: f"datetime.date(2024, 1, 1) + datetime.timedelta(days={self.int(0)} % 9999)",
            lambda: f"max({self.list(d)})", lambda: f"min({self.sequence(d)}, default=None)", lambda: f"(lambda *a, **k: (a, k))(*{self.list(d)})", lambda: f"{self.list(d)}.index({self.value(0)})", lambda: f"{self.dict(d)}[{self.key(0)}]", lambda: f"{self.dict(d)}.get({self.key(0)}, 'none')",
            lambda: f"ast.literal_eval({self.text(0)})", lambda: f"json.loads({self.text(0)})", lambda: f"complex({self.int(0)}, {self.float(0)})", lambda: f"decimal.Decimal({self.int(0)}) / decimal.Decimal({self.int(0)})", lambda: f"difflib.SequenceMatcher(None, {self.text(d)}, {self.text(d)}).ratio()",
            lambda: f"str(decimal.Decimal(repr({self.r.choice(FLOATS)})).quantize(decimal.Decimal('0.01')))", lambda: f"bisect.bisect({self.list(d)}, {self.number(0)})", lambda: f"functools.reduce(lambda a, b: a + b, {self.list(d)})", lambda: f"copy.deepcopy({self.value(d)})", lambda: f"pickle.loads(pickle.dumps({self.value(d)}))",
            lambda: f"unicodedata.normalize('NFKD', {self.text(d)})", lambda: f"datetime.datetime.strptime({self.text(0)}, '%Y')", lambda: f"string.Template({self.text(0)}).safe_substitute(a=1)", lambda: f"ast.unparse(ast.parse({self.value(d)!r}))", lambda: f"sorted(vars(types.SimpleNamespace(a={self.value(d)})).items())",
            lambda: f"[*{self.sequence(d)}, *{self.sequence(d)}]", lambda: f"({self.value(d)} if {self.truth(d)} else {self.value(d)})", lambda: f"[y for x in {self.list(d)} for y in ({self.value(0)}, x)]", lambda: f"operator.itemgetter({self.r.choice(['0', '-1', '1'])})({self.sequence(d)})", lambda: f"urllib.parse.parse_qs({self.text(0)})", lambda: f"repr(inspect.signature(lambda a, b={self.value(0)}, *c, d, **e: 0))",
        )

    def value(self, depth):
        return self.pick(*[lambda m=m: m(depth) for m in (self.int, self.float, self.text, self.bytes, self.list, self.dict, self.truth, self.odd)])

    def statement(self):
        """A few lines that print, in a function of their own."""
        body = self.pick(
            lambda: f"for i, x in enumerate({self.sequence(1)}):\n    if i > {self.r.choice(['0', '1'])}: break\n    print(x)\nelse:\n    print('else')",
            lambda: f"try:\n    print({self.value(2)})\nexcept ({self.r.choice(['ValueError', 'TypeError', 'KeyError'])}, IndexError) as e:\n    print('caught', type(e).__name__)\nfinally:\n    print('finally')",
            lambda: f"match {self.value(1)}:\n    case int(n) if n > 1: print('int', n)\n    case [a, *b]: print('seq', a, b)\n    case {{'a': v, **r}}: print('map', v, r)\n    case str() | bytes(): print('text')\n    case _: print('other')",
            lambda: f"a = {self.list(1)}\na[{self.r.choice(['1:2', ':', '::2', '0:0'])}] = {self.list(1)}\ndel a[{self.r.choice(['0', ':1', '-1'])}]\na += {self.sequence(1)}\nprint(a)",
            lambda: f"a, *b = {self.sequence(1)}\nprint(a, b)", lambda: f"def g(x, y={self.value(1)}):\n    yield x\n    got = yield y\n    return got\ni = g({self.value(1)})\nprint(next(i), next(i), i.send(None))",
            lambda: f"class C:\n    v = {self.value(1)}\n    def __eq__(self, o): return {self.truth(1)}\n    def __getitem__(self, k): return k\nprint(C() == 1, C() != 1, C()[{self.r.choice(['1', '1:2', '...', '()', '1, 2'])}])",
            lambda: f"n = 0\nwhile n < 3:\n    n += 1\n    if {self.truth(1)}: continue\n    print(n)", lambda: f"print({self.value(1)}, {self.value(1)}, sep={self.text(0)})", lambda: f"with contextlib.suppress({self.r.choice(['ValueError', 'Exception'])}):\n    print({self.value(2)})\nprint('after')",
            lambda: f"x = {self.value(1)}\ndef outer():\n    x = {self.value(1)}\n    def inner():\n        nonlocal x\n        x = [x]\n        return x\n    return inner(), x\nprint(outer(), x)",
        )
        return "def f():\n" + "\n".join("    " + line for line in body.splitlines()) + "\nf()"


HEAD = """import ast, base64, bisect, collections, contextlib, copy, csv, datetime, decimal, difflib, fractions, functools, hashlib, heapq, html, inspect, itertools, json, math, operator, pickle, pprint, random, re, reprlib, shlex, statistics, string, struct, textwrap, types, unicodedata, urllib.parse
def _try(code):
    try:
        value = eval(code)
        print(repr(value)[:300])
    except Exception as error:
        print('!', type(error).__name__)
def _run(code):
    try:
        exec(code, dict(globals()))
    except Exception as error:
        print('!', type(error).__name__)
"""


class Sandbox:
    def __init__(self, repl):
        self.process = subprocess.Popen([repl, "session"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        self.run(HEAD)

    def run(self, code):
        self.process.stdin.write(json.dumps({"op": "run", "code": code}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def here(code, names):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(code, names)
    return out.getvalue()


def kind_of(line):
    """What a line is about, so that one defect is told once: its calls and operators."""
    return re.sub(r"'(?:[^'\\]|\\.)*'|\d+(\.\d+)?(e-?\d+)?", "_", line)[:60]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--repl", default="target/debug/rlm-repl")
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--seed", type=int, default=1)
    arguments = arguments.parse_args()
    grammar, sandbox, names, seen = Grammar(arguments.seed), Sandbox(arguments.repl), {}, set()
    # A program may ask for more than there is; the sandbox has a limit of its own.
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    exec(HEAD, names)
    end, lines, different = time.monotonic() + arguments.seconds, 0, 0
    warnings.simplefilter("ignore")
    while time.monotonic() < end:
        batch = [f"_try({grammar.value(3)!r})" if grammar.r.random() < 0.8 else f"_run({grammar.statement()!r})" for _ in range(40)]
        code = "\n".join(f"print('#{index}')\n{line}" for index, line in enumerate(batch))
        lines += len(batch)
        try:
            expected = here(code, names)
        except (MemoryError, RecursionError):
            continue
        answer = sandbox.run(code)
        if answer["outcome"] != "completed":
            print(f"--- the cell ended otherwise: {answer['outcome']} {answer.get('limit')} {answer.get('error')}\n{code}")
            different += 1
            continue
        parts = [re.split(r"^#\d+\n", text, flags=re.M)[1:] for text in (expected, answer["stdout"])]
        for line, wanted, got in zip(batch, *parts):
            if wanted != got:
                different += 1
                if kind_of(line) not in seen:
                    seen.add(kind_of(line))
                    print(f"--- {line}\n    here:    {wanted.rstrip()}\n    sandbox: {got.rstrip()}", flush=True)
    print(f"{lines} lines, {different} differ in {len(seen)} kinds; seed {arguments.seed}, {arguments.seconds:.0f} s, {sys.version.split()[0]}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
