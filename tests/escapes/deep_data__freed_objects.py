#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "completed | raised: RecursionError | exceeded: stack"
class Node:
    def __init__(self, before):
        self.before = before
node = None
for _ in range(300_000):
    node = Node(node)
node = None
