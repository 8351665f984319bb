#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! limits.memory_bytes = 64_000_000
#! expect = "exceeded: memory"
class Node:
    def __init__(self, before):
        self.before = before
        self.payload = "x" * 1000
node = None
while True:
    node = Node(node)
