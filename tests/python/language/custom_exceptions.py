class AppError(Exception):
    def __init__(self, code, message="?"):
        super().__init__(message)
        self.code = code
    def __str__(self):
        return f"[{self.code}] {self.args[0]}"
class NotFound(AppError):
    pass
try:
    raise NotFound(404, "gone")
except AppError as error:
    print(error, error.code, error.args, isinstance(error, NotFound), repr(error))
print(issubclass(NotFound, Exception), NotFound.__mro__[1].__name__)
print(repr(KeyError("k")), str(KeyError("k")), str(ValueError(1, 2)), repr(OSError("no", "f")))
