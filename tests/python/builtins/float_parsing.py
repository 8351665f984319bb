for t in ["1", "1.", ".5", "1e5", "1E-3", " 2.5 ", "+3", "-0", "1_000.5", "inf", "-Infinity", "nan", "0x10", "1,5", "", "1e", "--1", "1.2.3", "١.٥"]:
    try:
        print(repr(t), float(t))
    except ValueError as error:
        print(error)
