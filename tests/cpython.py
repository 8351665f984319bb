#!/usr/bin/env python3
"""Runs CPython's own tests in the sandbox.

    python3 tests/cpython.py                         those of the python3 that runs this
    python3 tests/cpython.py --against BEFORE.json   and what has changed since
    python3 tests/cpython.py test_re test_json       these modules alone

Needs a CPython with its `test` package (3.11 or newer) and target/debug/rlm-repl, or --program PATH. Each module is a
process, with its tests one by one in one cell; a test that ends the cell is noted, and the others go on in a new
process. `--out PATH` keeps what came of each test: `ok`, `skipped`, or the exception's name. What fails is not
necessarily wrong: the guest follows Python 3.14, and has no sockets, processes or modules that only test CPython.
"""

import argparse, collections, concurrent.futures, json, os, pathlib, shutil, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

MODULES = """
array augassign baseexception base64 binascii binop bisect bool builtin bytearray bytes calendar call class closures cmath
code codecs collections colorsys compare complex contains contextlib copy coroutines csv dataclasses datetime decimal
decorators defaultdict deque descr dict dictcomps difflib dis enum enumerate except_star exception_group exceptions
extcall finalization float fnmatch format fractions frame fstring functools funcattrs gc generator_stop generators genexps
genericalias getopt glob global grammar graphlib hash hashlib heapq hmac html htmlparser index inspect int io ipaddress
isinstance iter iterlen itertools json keyword keywordonlyarg lambda linecache list listcomps long math memoryview
metaclass mimetypes monitoring named_expressions nonlocal ntpath numeric_tower opcodes operator optparse ordered_dict
patma pickle pickletools positional_only_arg posixpath pow pprint print property pyclbr queue quopri raise random range
re repr reprlib richcmp sched scope set shelve shlex slice sort statistics str strftime string string_literals stringprep
strptime struct structseq sum super symtable syntax sys_settrace tabnanny textwrap time timeit tokenize tomllib trace
traceback tuple type_aliases type_annotations type_comments type_params types typing unary unicode_identifiers unicodedata
unpack unpack_ex urllib urlparse userdict userlist userstring utf8source weakref weakset with xml_etree yield_from zip
zipfile zlib zoneinfo
""".split()

# What the modules use beside themselves.
HELPERS = """
__init__.py support ann_module*.py cmath_testcases.txt mathdata exception_hierarchy.txt datetimetester.py inspect_fodder*.py
list_tests.py lock_tests.py mapping_tests.py mock_socket.py pickletester.py re_tests.py seq_tests.py string_tests.py
typinganndata _typed_dict_helper.py test_genericalias.py test_generators.py tokenizedata archivetestdata
""".split()

CELL = '''
import io, sys, unittest, warnings

warnings.simplefilter("ignore")


class Kept(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.got = {}

    def keep(self, test, what):
        self.got[test.id().split("\\n")[0][:200]] = what

    def addSuccess(self, test):
        self.keep(test, "ok")

    def addSkip(self, test, why):
        self.keep(test, "skipped")

    def addFailure(self, test, error):
        self.keep(test, error[0].__name__)

    addError = addExpectedFailure = addFailure

    def addSubTest(self, test, part, error):
        if error is not None:
            self.keep(part, error[0].__name__)


def flat(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from flat(test)
        else:
            yield test


kept, out = Kept(), sys.stdout
try:
    suite = unittest.defaultTestLoader.loadTestsFromName(NAME)
except BaseException as error:
    out.write(f"=\\t{NAME}\\tdoes not load: {type(error).__name__}: {str(error)[:80]}\\n")
    suite = []
for test in flat(suite):
    if test.id() in SKIP:
        continue
    out.write(f"@\\t{test.id()}\\n")
    sys.stdout = sys.stderr = io.StringIO()
    try:
        unittest.TestSuite([test]).run(kept)
    finally:
        sys.stdout = sys.stderr = out
    for name, what in kept.got.items():
        out.write(f"=\\t{name}\\t{what}\\n")
    kept.got.clear()
'''


def package(folder):
    """Copies what is run into `folder`, and names the modules there are."""
    import test

    source, target = pathlib.Path(test.__file__).parent, folder / "test"
    target.mkdir()
    present = [name for name in (f"test_{name}" for name in MODULES) if (source / name).is_dir() or (source / f"{name}.py").exists()]
    for pattern in [*HELPERS, *present, *(f"{name}.py" for name in present)]:
        for path in source.glob(pattern):
            if path.is_dir():
                shutil.copytree(path, target / path.name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(path, target / path.name)
    return present


def run(program, folder, module):
    """What came of each test of a module."""
    skip, got = [], {}
    while len(skip) < 20:
        cell = folder / f"{module}.cell"
        cell.write_text(f"NAME, SKIP = 'test.{module}', {skip!r}\n{CELL}")
        limits = ["--timeout", "120", "--memory", "1G", "--output", "50M"]
        ended = subprocess.run([program, "exec", "--python-path", folder, *limits, cell], capture_output=True, text=True)
        last = None
        for line in ended.stdout.splitlines():
            kind, _, rest = line.partition("\t")
            if kind == "@":
                last = rest
            elif kind == "=":
                name, _, what = rest.partition("\t")
                got[name] = what
                last = None if name == last else last
        if ended.returncode == 0:
            break
        why = next((line for line in ended.stderr.splitlines() if line.startswith("error: ")), ended.stderr[-80:])
        if last is None or last in skip:
            got[module] = f"ended: {why}"
            break
        got[last] = "ended: " + why.removeprefix("error: limit exceeded: ").split(":")[0]
        skip.append(last)
    return got


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", metavar="MODULE")
    parser.add_argument("--program", default=ROOT / "target/debug/rlm-repl", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--against", type=pathlib.Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        present = package(pathlib.Path(folder))
        wanted = [name for name in given.modules or present if name in present]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = pool.map(lambda name: run(given.program.resolve(), pathlib.Path(folder), name), wanted)
            came = dict(zip(wanted, results))
    told = collections.Counter()
    for module, tests in came.items():
        for name, what in sorted(tests.items()):
            told[what if what in ("ok", "skipped") else "other"] += 1
            if what not in ("ok", "skipped"):
                print(f"{name}: {what}")
    print(f"{len(came)} modules of CPython {sys.version.split()[0]}: {told['ok']} ok, {told['skipped']} skipped, {told['other']} other")
    if given.out:
        given.out.write_text(json.dumps(came, indent=0, sort_keys=True))
    if given.against:
        before = json.loads(given.against.read_text())
        flat = lambda all_: {name: what for tests in all_.values() for name, what in tests.items()}
        old, new = flat({name: before.get(name, {}) for name in came}), flat(came)
        changed = [(name, old.get(name), new.get(name)) for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
        for name, was, now in changed:
            print(f"changed: {name}: {was} -> {now}")
        return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
