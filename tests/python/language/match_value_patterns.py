import enum
class Color(enum.Enum):
    RED = 1
    BLUE = 2
class Const:
    LIMIT = 10
def f(x):
    match x:
        case Color.RED:
            return "red"
        case Const.LIMIT:
            return "limit"
        case (Color.BLUE, n):
            return n
    return "?"
print(f(Color.RED), f(10), f((Color.BLUE, 3)), f(11))
match = {"case": 1}
case = match["case"]
type = "soft keywords stay names"
print(match, case, type)
