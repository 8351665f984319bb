#! python = "3.13"
def f():
    x = 1
    snapshot = locals()
    x = 2
    return snapshot["x"], locals()["x"]
print(f())
