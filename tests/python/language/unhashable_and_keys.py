for make in [lambda: {[]: 1}, lambda: {{}: 1}, lambda: hash([]), lambda: {1: 2}[3], lambda: [1][5], lambda: "abc"["a"], lambda: (1,)[1], lambda: None[0], lambda: 5(), lambda: "a" + 1, lambda: 1 + "a", lambda: [] + (), lambda: len(5), lambda: None.x, lambda: -"a", lambda: "a" < 1, lambda: [1, 2].foo]:
    try:
        make()
    except Exception as error:
        print(type(error).__name__, "" if isinstance(error, TypeError) else error)
