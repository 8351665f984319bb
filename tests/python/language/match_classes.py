from dataclasses import dataclass
@dataclass
class Point:
    x: int
    y: int
class Plain:
    __match_args__ = ("name",)
    def __init__(self, name): self.name = name
def f(v):
    match v:
        case Point(0, 0):
            return "origin"
        case Point(x=0, y=y) | Point(x=y, y=0):
            return f"axis {y}"
        case Point() as p:
            return f"point {p}"
        case Plain("n"):
            return "plain n"
        case int(n) | float(n):
            return f"number {n}"
        case [Point(a, _), Point(_, b)]:
            return f"pair {a} {b}"
for v in [Point(0, 0), Point(0, 3), Point(4, 0), Point(1, 2), Plain("n"), 5, 2.5, [Point(1, 2), Point(3, 4)]]:
    print(f(v))
