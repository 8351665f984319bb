from collections.abc import Iterable, Mapping, Sequence, Callable, Hashable, Iterator, Sized, MutableMapping, Generator, Set
print(isinstance([], Iterable), isinstance({}, Mapping), isinstance("a", Sequence), isinstance(len, Callable), isinstance([], Hashable), isinstance(iter([]), Iterator), isinstance(set(), Set), isinstance((i for i in []), Generator), isinstance(range(1), Sequence))
class M(MutableMapping):
    def __init__(self): self.d = {}
    def __getitem__(self, k): return self.d[k]
    def __setitem__(self, k, v): self.d[k] = v
    def __delitem__(self, k): del self.d[k]
    def __iter__(self): return iter(self.d)
    def __len__(self): return len(self.d)
m = M()
m.update(a=1); m.setdefault("b", 2)
print(dict(m), m.pop("a"), list(m.items()), "b" in m, m == {"b": 2})
class S(Sequence):
    def __getitem__(self, i): return "xyz"[i]
    def __len__(self): return 3
print(list(S()), S().index("y"), "z" in S(), list(reversed(S())), S().count("x"))
try:
    Mapping()
except TypeError as error:
    print("abstract" in str(error))
