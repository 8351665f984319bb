s = list(range(10))
print(s[2:5], s[:3], s[-3:], s[::3], s[::-2], s[5:2:-1], s[100:], s[-100:2])
s[2:4] = ["a", "b", "c"]
print(s)
s[::5] = ["X", "Y", "Z"]
print(s)
try:
    s[::2] = [1]
except ValueError as error:
    print(error)
print("hello"[1:-1], (1, 2, 3)[::-1], slice(1, 10, 2).indices(5))
class Show:
    def __getitem__(self, i): return i
print(Show()[1:2, ..., None], Show()[::])
