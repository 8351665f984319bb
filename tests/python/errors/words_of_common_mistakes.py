import json
checks = ["[].append()", "{}.get()", "'abc'.foo", "undefined_name", "int('x')", "[1,2][9]", "{'a':1}['b']", "(1).x", "1/0", "1%0", "1.0/0", "'a'+1", "1+'a'", "[1]+(2,)", "None+1", "None[0]", "None.strip()", "len(None)", "'x'*'y'", "max(1)", "sorted(5)", "for_ = 1 2" , "abs('x')", "round('x')", "float('abc')", "dict(a)", "set(5)", "list(5)", "str.upper(5)", "object().x", "lambda: x.y", "json.loads('{')", "json.dumps(object)", "__import__('nope')", "open('/no/such')", "'{}'.format()", "'%d' % 'a'", "chr('a')", "range('a')", "isinstance(1, 1)", "next(iter([]))", "type(1, 2)", "super()", "eval('1 +')", "sum('ab')", "zip(1)", "bytes('a')", "'a'.join(5)", "[1,2].index(3)", "int(None)", "divmod(1, 0)", "(1, 2).append(3)", "{1,2}[0]", "{}[[]]"]
for check in checks:
    try:
        eval(check)
        print(check, "-> fine")
    except Exception as error:
        text = str(error)
        print(check, "->", type(error).__name__, "" if isinstance(error, (SyntaxError, StopIteration, OSError)) else text)
#! known = "RustPython words some messages of built-in errors otherwise"
