error = ValueError("bad")
error.add_note("first")
error.add_note("second")
try:
    raise error
except ValueError as caught:
    print(caught.__notes__)
try:
    error.add_note(5)
except TypeError as e:
    print("TypeError")
