from collections import OrderedDict, ChainMap, UserDict, UserList, UserString
o = OrderedDict(a=1, b=2)
o.move_to_end("a")
print(list(o), o.popitem(last=False), o == {"a": 1}, OrderedDict(a=1, b=2) == OrderedDict(b=2, a=1))
c = ChainMap({"a": 1}, {"a": 9, "b": 2})
print(c["a"], c["b"], dict(c), c.new_child({"z": 0})["z"], c.parents["a"], len(c))
c["b"] = 5
print(c.maps)
class Up(UserDict):
    def __setitem__(self, k, v): super().__setitem__(k.upper(), v)
print(Up(a=1), UserList([1, 2])[1:], UserString("ab").upper())
