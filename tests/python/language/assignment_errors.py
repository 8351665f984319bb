for source in ["a, b = 1,", "a, *b, c = [1]"]:
    try:
        exec(source)
    except ValueError as error:
        print(error)
try:
    a, b = 5
except TypeError as error:
    print(error)
