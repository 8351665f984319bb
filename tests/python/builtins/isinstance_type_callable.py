print(isinstance(1, (str, int)), isinstance(True, int), issubclass(bool, int), isinstance(1, int | str), isinstance([], list))
print(type(1), type("x").__name__, type(None), callable(len), callable(5), callable(lambda: 1))
try:
    isinstance(1, list[int])
except TypeError as error:
    print(error)
