def kind(value):
    match value:
        case 0 | 1:
            return "bit"
        case int(n) if n < 0:
            return "negative"
        case [x, y]:
            return f"pair {x} {y}"
        case [first, *rest]:
            return f"list {first} +{len(rest)}"
        case {"type": "point", "at": (a, b), **more}:
            return f"point {a} {b} {more}"
        case str() as text:
            return f"text {text}"
        case None:
            return "none"
        case _:
            return "other"
[kind(v) for v in (0, -5, [1, 2], [1, 2, 3], {"type": "point", "at": [3, 4], "z": 1}, "hi", None, 2.5)]
#= ['bit', 'negative', 'pair 1 2', 'list 1 +2', "point 3 4 {'z': 1}", 'text hi', 'none', 'other']
# %%
from dataclasses import dataclass
@dataclass
class Point:
    x: int
    y: int
match Point(0, 5):
    case Point(x=0, y=y):
        print("on the axis", y)
#> on the axis 5
