"""Objects made, their methods called, their attributes changed."""

class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def moved(self, dx, dy):
        return Point(self.x + dx, self.y + dy)

    @property
    def size(self):
        return self.x * self.x + self.y * self.y

def walk(n):
    total = 0
    point = Point(0, 0)
    for i in range(n):
        point = point.moved(i % 3, 1)
        point.x -= 1
        total += point.size
    return total

#: timed
print(walk(80_000))
