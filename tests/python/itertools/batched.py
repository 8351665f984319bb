#! python = "3.12"
from itertools import batched
print(list(batched("abcdefg", 3)), [sum(b) for b in batched(range(10), 4)])
