import pickle, datetime, decimal, collections
class P:
    def __init__(self, x): self.x = x
    def __eq__(self, o): return self.x == o.x
class S(P):
    def __getstate__(self): return {"kept": self.x}
    def __setstate__(self, s): self.x = s["kept"] * 10
values = [1, "é", None, [1, [2]], {"k": (1,)}, {1, 2}, 1.5, 2 ** 100, b"x", datetime.date(2024, 1, 1), decimal.Decimal("1.5"), collections.Counter("ab"), collections.deque([1]), P(5), range(3), 1j, len, P]
for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    print(protocol, all(pickle.loads(pickle.dumps(v, protocol)) == v for v in values))
print(pickle.loads(pickle.dumps(S(2))).x)
a = [1]
a.append(a)
b = pickle.loads(pickle.dumps(a))
print(b[1] is b)
for bad in [lambda: pickle.dumps(lambda: 1), lambda: pickle.loads(b"junk"), lambda: pickle.dumps((i for i in []))]:
    try:
        bad()
    except Exception as error:
        print("failed")
