def f(x):
    match x:
        case {"type": "circle", "r": r}:
            return f"circle {r}"
        case {"type": str(kind), **rest}:
            return f"{kind} {rest}"
        case {}:
            return "any mapping"
for v in [{"type": "circle", "r": 2}, {"type": "sq", "side": 1, "x": 2}, {"type": 5}, {}, {"a": 1}]:
    print(f(v))
