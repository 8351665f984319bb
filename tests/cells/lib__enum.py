from enum import Enum, IntEnum, Flag, auto, StrEnum
class Level(IntEnum):
    LOW = 1
    HIGH = 2
class Perm(Flag):
    R = auto()
    W = auto()
class Name(StrEnum):
    A = auto()
Level.HIGH > Level.LOW, Level(2), Level["LOW"].value, Perm.R | Perm.W, Perm.R in (Perm.R | Perm.W), Name.A, list(Level)
#= (True, <Level.HIGH: 2>, 1, <Perm.R|W: 3>, True, <Name.A: 'a'>, [<Level.LOW: 1>, <Level.HIGH: 2>])
