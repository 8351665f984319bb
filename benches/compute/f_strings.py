"""Formatted strings."""

def run(n):
    return [f"{i:>8} {i * 0.5:.2f} {'odd' if i % 2 else 'even'} #{i}" for i in range(n)]

#: timed
rows = run(120_000)
print(len(rows), rows[-1], sum(map(len, rows)))
