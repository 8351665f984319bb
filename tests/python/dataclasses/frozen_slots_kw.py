from dataclasses import dataclass, FrozenInstanceError, KW_ONLY, InitVar, field
from typing import ClassVar
@dataclass(frozen=True, slots=True)
class F:
    a: int
    b: str = "x"
f = F(1)
print(f, hash(f) == hash(F(1)), {f: 1}[F(1)], hasattr(f, "__dict__"))
try:
    f.a = 2
except FrozenInstanceError as error:
    print(error)
@dataclass
class K:
    a: int
    _: KW_ONLY
    b: int = 2
    seed: InitVar[int] = 0
    total: ClassVar[int] = 99
    def __post_init__(self, seed): self.a += seed
print(K(1, b=3, seed=10), K.total, K.__match_args__)
@dataclass
class Child(K):
    c: int = 5
print(Child(1, 7))
