def f(a, /, b, *, c): pass
for call in ["f()", "f(1)", "f(1, 2)", "f(1, 2, 3)", "f(1, b=2, c=3, d=4)", "f(a=1, b=2, c=3)", "f(1, 2, c=1, **{'c': 2})"]:
    try:
        eval(call)
    except TypeError as error:
        print(call, "->", error)
