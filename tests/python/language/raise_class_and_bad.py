try:
    raise ValueError
except ValueError as error:
    print(repr(error))
try:
    raise 5
except TypeError as error:
    print(str(error).startswith("exceptions must"))
try:
    raise ValueError("a") from "b"
except TypeError as error:
    print(error)
