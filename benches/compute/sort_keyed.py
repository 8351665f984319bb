"""100,000 records sorted by a key function."""

import random

random.seed(6)
records = [{"name": f"n{random.randrange(50_000)}", "age": random.randrange(100)} for _ in range(100_000)]

#: timed
ordered = sorted(records, key=lambda record: (record["age"], record["name"]))
print(ordered[0], ordered[50_000], ordered[-1])
