for source in ["x = ", "def f(:", "if x\n  y", "return 5", "a b", "for in x:", "x = = 2", "class", "f(a=1, 2)", "break", "nonlocal x", "def f(a, a): pass", "1 = x", "'unclosed", "(1", "x = 1 +", "import", "lambda: yield = 1", "del f()", "f() = 1", "None = 1", "async def f(): yield from x", "*a = 1", "{**x for x in y}"]:
    try:
        compile(source, "<s>", "exec")
        print("accepted", repr(source))
    except SyntaxError as error:
        print(type(error).__name__, repr(source), error.lineno)
