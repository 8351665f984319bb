from dataclasses import dataclass, field, asdict, astuple, replace, fields
@dataclass(order=True)
class P:
    x: int
    y: int = 0
    tags: list = field(default_factory=list, compare=False, repr=False)
    hidden: int = field(default=1, init=False)
    def __post_init__(self): self.hidden = self.x * 10
p = P(1, tags=["a"])
print(p, p == P(1), P(1) < P(2), asdict(p), astuple(p), replace(p, x=5), [f.name for f in fields(p)], p.hidden)
try:
    P()
except TypeError as error:
    print(error)
try:
    @dataclass
    class Bad:
        x: list = []
except ValueError as error:
    print(error)
