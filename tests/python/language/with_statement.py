class Manager:
    def __init__(self, name, swallow=False):
        self.name, self.swallow = name, swallow
    def __enter__(self):
        print("enter", self.name)
        return self.name
    def __exit__(self, kind, value, trace):
        print("exit", self.name, kind and kind.__name__, value)
        return self.swallow
with Manager("a") as a, Manager("b", True) as b:
    print(a, b)
    raise ValueError("inside")
with (
    Manager("c"),
    Manager("d") as d,
):
    print(d)
try:
    with Manager("e"):
        1 / 0
except ZeroDivisionError:
    print("outside")
