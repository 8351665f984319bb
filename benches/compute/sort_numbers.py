"""500,000 numbers sorted."""

import random

random.seed(5)
numbers = [random.randrange(1_000_000) for _ in range(500_000)]

#: timed
ordered = sorted(numbers)
print(ordered[0], ordered[250_000], ordered[-1])
