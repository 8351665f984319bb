from typing import Optional, get_type_hints
def f(a: int, b: "str" = "x", *, c: Optional[list[int]] = None) -> dict[str, int]:
    v: int = "not an int"
    return v
print(f(1), sorted(get_type_hints(f)), f.__annotations__["a"].__name__)
class C:
    n: int
    m: str = "d"
print(C.m, hasattr(C, "n"), list(C.__annotations__))
x: int
try:
    x
except NameError:
    print("declared, not bound")
