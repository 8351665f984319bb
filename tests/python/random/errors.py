import random
for bad in [lambda: random.choice([]), lambda: random.sample([1], 2), lambda: random.randint(2, 1), lambda: random.randrange(0)]:
    try:
        bad()
    except (IndexError, ValueError) as error:
        print(type(error).__name__)
