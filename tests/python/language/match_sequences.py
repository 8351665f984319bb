def f(x):
    match x:
        case []:
            return "empty"
        case [one]:
            return f"one {one}"
        case [first, *_, last] if first == last:
            return f"ends {first}"
        case (a, (b, *rest)):
            return f"nested {a} {b} {rest}"
        case [*items]:
            return f"all {items}"
        case str():
            return "text"
    return "no match"
for v in [[], [5], [1, 2, 1], (1, (2, 3, 4)), [1, 2], "ab", {1}, range(2)]:
    print(f(v))
