"""A loop at the top level of a cell, as models write it."""

lines = [f"{i % 97} item {i}" for i in range(60_000)]

#: timed
total = 0
seen = {}
for line in lines:
    first, _, rest = line.partition(" ")
    n = int(first)
    if n > 50 and len(rest) > 4:
        total += n
        seen[n] = seen.get(n, 0) + 1
print(total, len(seen), max(seen.items(), key=lambda pair: (pair[1], pair[0])))
