def counter():
    n = 0
    def step(by=1):
        nonlocal n
        n += by
        return n
    def peek():
        return n
    return step, peek
step, peek = counter()
step(); step(5)
print(peek(), step.__closure__[0].cell_contents)
def outer():
    x = "outer"
    def middle():
        def inner():
            nonlocal x
            x = "inner"
        inner()
        return x
    return middle(), x
print(outer())
