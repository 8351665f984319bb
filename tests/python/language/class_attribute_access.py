class Lazy:
    def __init__(self): self.log = []
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return f"made {name}"
    def __setattr__(self, name, value):
        super().__setattr__(name, ("set", value))
    def __delattr__(self, name):
        print("del", name)
        super().__delattr__(name)
x = Lazy()
x.a = 1
print(x.a, x.b)
del x.a
print(x.a)
class Strict:
    def __getattribute__(self, name):
        return f"all {name}"
print(Strict().anything)
try:
    object().nope
except AttributeError as error:
    print(error, error.name)
