try:
    assert 1 == 2, f"one is {1}"
except AssertionError as error:
    print(error)
try:
    assert []
except AssertionError as error:
    print(repr(error))
assert True, "unseen"
