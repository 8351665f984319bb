"""Exceptions raised and caught, as in reading messy numbers."""

values = [str(i) if i % 3 else f"n/a {i}" for i in range(60_000)]

def total(values):
    good = bad = 0
    for value in values:
        try:
            good += int(value)
        except ValueError:
            bad += 1
    return good, bad

#: timed
print(total(values))
