people = [("Al", 30), ("Bo", 25), ("Cy", 30), ("Di", 25)]
print(sorted(people, key=lambda p: p[1]), sorted(people, key=lambda p: p[1], reverse=True), sorted(people, key=lambda p: (-p[1], p[0])))
from operator import itemgetter, attrgetter
print(max(people, key=itemgetter(1)), min(people, key=itemgetter(1, 0)), sorted("bAc", key=lambda c: (c.islower(), c)))
class Key:
    def __init__(self, v): self.v = v
    def __lt__(self, o): return self.v > o.v
print(sorted([1, 3, 2], key=Key))
