import operator as o
print(o.itemgetter(1, 0)("ab"), o.attrgetter("real", "imag")(1 + 2j), o.methodcaller("split", ",")("a,b"), o.itemgetter("k")({"k": 5}), o.attrgetter("__class__.__name__")(5))
print(o.add(1, 2), o.contains([1], 1), o.countOf([1, 1], 1), o.indexOf("abc", "c"), o.concat([1], [2]), o.truth([]), o.not_(0), o.floordiv(7, 2), o.mod(7, 3), o.xor(5, 1), o.neg(3), o.index(True), o.length_hint([1, 2]))
a = [1]
print(o.iadd(a, [2]), a, sorted([(2, "a"), (1, "b")], key=o.itemgetter(0)), o.lt(1, 2), o.is_(None, None))
