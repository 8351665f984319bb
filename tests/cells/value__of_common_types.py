import collections, datetime, decimal, fractions, pathlib, enum, dataclasses
collections.OrderedDict(b=1, a=2), collections.deque([1, 2]), collections.Counter("aab")
#= (OrderedDict({'b': 1, 'a': 2}), deque([1, 2]), Counter({'a': 2, 'b': 1}))
# %%
datetime.date(2026, 1, 2), decimal.Decimal("1.50"), fractions.Fraction(1, 3), pathlib.PurePosixPath("a/b")
#= (datetime.date(2026, 1, 2), Decimal('1.50'), Fraction(1, 3), PurePosixPath('a/b'))
# %%
class Colour(enum.Enum):
    RED = 1
Colour.RED, range(3), slice(1, 2), frozenset({1}), {3, 1, 2}, bytearray(b"x")
#= (<Colour.RED: 1>, range(0, 3), slice(1, 2, None), frozenset({1}), {<*>}, bytearray(b'x'))
# %%
@dataclasses.dataclass
class Point:
    x: int
    y: int = 2
Point(1)
#= Point(x=1, y=2)
