for spec in ["", "d", "5", "<5", "^5", "=+6", "05", "+", " ", ",", "_", "b", "#b", "o", "#x", "X", "e", ".2e", "f", ".0f", "g", ".3g", "%", ".1%", "n", "c"]:
    try:
        print(repr(spec), repr(format(1234, spec)), repr(format(-12.5, spec)))
    except ValueError as error:
        print(repr(spec), "ValueError", error)
