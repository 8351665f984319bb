class P:
    __slots__ = ("x", "y")
    def __init__(self, x): self.x = x
p = P(1)
try:
    p.z = 1
except AttributeError as error:
    print("AttributeError")
try:
    p.y
except AttributeError:
    print("y unset")
print(hasattr(p, "__dict__"), P.__slots__)
class Q(P):
    pass
q = Q(1)
q.z = 5
print(q.__dict__)
