def first[T](items: list[T]) -> T:
    return items[0]
class Box[T]:
    def __init__(self, item: T):
        self.item = item
type Pair = tuple[int, int]
first([3]), Box("b").item, Pair.__name__, Box.__type_params__
#= (3, 'b', 'Pair', (T,))
# %%
from typing import Optional, Union, NamedTuple, TypedDict, Protocol, Literal
class Point(NamedTuple):
    x: int
    y: int = 0
class Movie(TypedDict):
    name: str
Point(1), Point(1)._asdict(), Movie(name="m"), Optional[int], list[int] | None
#= (Point(x=1, y=0), {'x': 1, 'y': 0}, {'name': 'm'}, int | None, list[int] | None)
