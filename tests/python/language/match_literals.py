def kind(x):
    match x:
        case 0 | 1:
            return "small"
        case -1:
            return "minus"
        case "a" | 'b':
            return "letter"
        case None:
            return "none"
        case True:
            return "true"
        case 3.5:
            return "float"
        case _ if isinstance(x, int):
            return f"int {x}"
        case _:
            return "other"
print([kind(v) for v in [0, 1, -1, "b", None, True, 3.5, 7, [], 1.0]])
