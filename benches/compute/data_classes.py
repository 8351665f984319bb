"""Data class instances made, compared and summed."""

from dataclasses import dataclass

@dataclass
class Item:
    name: str
    price: float
    count: int = 1

    def total(self):
        return self.price * self.count

def run(n):
    items = [Item(f"i{i}", i * 0.5, i % 7) for i in range(n)]
    return sum(item.total() for item in items), items[1] == Item("i1", 0.5, 1)

#: timed
print(run(60_000))
