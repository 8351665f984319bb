try:
    raise ValueError
except ValueError as error:
    print(repr(error))
try:
    raise 5
except TypeError as error:
    print(error)
try:
    raise ValueError("a") from "b"
except TypeError as error:
    print(error)
