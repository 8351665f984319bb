"""List, set and dict comprehensions."""

def run(n):
    squares = [i * i for i in range(n) if i % 3]
    ends = {value % 1000 for value in squares}
    table = {i: str(i) for i in range(n // 4)}
    return len(squares), len(ends), len(table), sum(squares)

#: timed
print(run(300_000))
