from typing import NamedTuple, TypedDict, Protocol, runtime_checkable, Any, Union, Optional, Literal, get_origin, get_args, cast, TypeVar, Generic, overload, TYPE_CHECKING, Final, Callable
class Emp(NamedTuple):
    name: str
    id: int = 3
class TD(TypedDict, total=False):
    a: int
@runtime_checkable
class HasLen(Protocol):
    def __len__(self) -> int: ...
print(Emp("a"), TD(a=1), isinstance([], HasLen), isinstance(5, HasLen), get_origin(dict[str, int]), get_args(Union[int, str]), cast(int, "x"), TYPE_CHECKING)
T = TypeVar("T")
class Stack(Generic[T]):
    def __init__(self): self.items: list[T] = []
print(Stack[int]().items, get_args(Literal["a", 1]), Optional[int] == Union[int, None], list[int], Callable[[int], str])
