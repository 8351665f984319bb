from collections import namedtuple
P = namedtuple("P", "x y z", defaults=[0])
p = P(1, y=2)
print(p, p.x, p[1], p._asdict(), p._replace(x=9), P._fields, P._make([1, 2, 3]), p == (1, 2, 0), P._field_defaults)
x, *rest = p
print(x, rest, isinstance(p, tuple), hash(p) == hash((1, 2, 0)), sorted([P(2, 1), P(1, 5)]))
for bad in [lambda: P(), lambda: P(1, 2, 3, 4), lambda: namedtuple("Q", "class")]:
    try:
        bad()
    except (TypeError, ValueError) as error:
        print(error)
print(namedtuple("R", ["a", "def"], rename=True)._fields)
