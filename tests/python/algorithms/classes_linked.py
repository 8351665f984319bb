class Node:
    def __init__(self, v, next=None): self.v, self.next = v, next
class List:
    def __init__(self, it=()):
        self.head = None
        for v in reversed(list(it)): self.head = Node(v, self.head)
    def __iter__(self):
        n = self.head
        while n: yield n.v; n = n.next
    def reverse(self):
        prev, n = None, self.head
        while n: n.next, prev, n = prev, n, n.next
        self.head = prev
        return self
print(list(List([1, 2, 3]).reverse()))
class Tree:
    def __init__(self): self.root = None
    def add(self, v):
        def go(n): return {"v": v, "l": None, "r": None} if n is None else {**n, "l": go(n["l"])} if v < n["v"] else {**n, "r": go(n["r"])}
        self.root = go(self.root)
        return self
    def walk(self, n="root"):
        n = self.root if n == "root" else n
        if n: yield from self.walk(n["l"]); yield n["v"]; yield from self.walk(n["r"])
print(list(Tree().add(5).add(2).add(8).add(1).walk()))
