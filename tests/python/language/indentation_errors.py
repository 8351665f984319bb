for source in ["if 1:\npass", "x = 1\n  y = 2", "if 1:\n  a\n b", "def f():\n", "if 1:\n\tx\n        y"]:
    try:
        compile(source, "<s>", "exec")
        print("accepted")
    except SyntaxError as error:
        print(type(error).__name__, isinstance(error, IndentationError), error.lineno)
