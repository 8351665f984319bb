#! python = "3.13"
import copy
from dataclasses import dataclass
from collections import namedtuple
@dataclass
class P: x: int; y: int = 0
print(copy.replace(P(1), y=5), copy.replace(namedtuple("N", "a b")(1, 2), a=9))
