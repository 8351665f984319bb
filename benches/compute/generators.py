"""Generators that feed each other."""

def numbers(n):
    for i in range(n):
        yield i

def evens(source):
    for value in source:
        if value % 2 == 0:
            yield value * value

#: timed
print(sum(evens(numbers(300_000))), sum(x + 1 for x in range(200_000)))
