#! python = "3.12"
def first[T](items: list[T]) -> T:
    return items[0]
class Box[T]:
    def __init__(self, v: T): self.v = v
    def map[U](self, f) -> "Box[U]": return Box(f(self.v))
type Pair[A, B] = tuple[A, B]
type Tree = list[Tree] | int
print(first([3]), Box(2).map(str).v, Pair.__name__, Tree.__name__, Box.__type_params__, Box[int])
def bounded[N: (int, float), *Ts, **P](n: N): return n
print([p.__name__ for p in bounded.__type_params__])
