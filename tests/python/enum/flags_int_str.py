import enum
class P(enum.Flag):
    R = enum.auto()
    W = enum.auto()
    X = enum.auto()
    RW = R | W
print(P.R | P.X, P.RW & P.W, P.R in P.RW, bool(P(0)), ~P.R, P.RW.value, list(P.RW), P.R ^ P.RW)
class N(enum.IntEnum):
    ONE = 1
    TWO = 2
class S(enum.StrEnum):
    A = enum.auto()
    B = "bee"
print(N.ONE + 1, N.TWO > 1, sorted([N.TWO, N.ONE]), S.A, S.B == "bee", f"{S.A}!", N(1), str(N.ONE), f"{N.TWO}", "x" + S.A)
@enum.unique
class U(enum.Enum):
    A = 1
try:
    @enum.unique
    class V(enum.Enum):
        A = 1
        B = 1
except ValueError as error:
    print(error)
