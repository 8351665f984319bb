from dataclasses import dataclass, field, asdict, replace, FrozenInstanceError
@dataclass(order=True, frozen=True)
class Version:
    major: int
    minor: int = 0
    tags: list = field(default_factory=list, compare=False)
v = Version(1, 2)
v, Version(1) < v, asdict(v), replace(v, minor=9), v == Version(1, 2, ["x"]), hash(v) == hash(Version(1, 2))
#= (Version(major=1, minor=2, tags=[]), True, {'major': 1, 'minor': 2, 'tags': []}, Version(major=1, minor=9, tags=[]), True, True)
# %%
#! expect = "raised: FrozenInstanceError: cannot assign to field 'major'"
v.major = 3
# %%
@dataclass(slots=True, kw_only=True)
class Slim:
    a: int
    b: str = "b"
Slim(a=1), hasattr(Slim(a=1), "__dict__")
#= (Slim(a=1, b='b'), False)
