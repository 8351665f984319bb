"""Integer arithmetic in two loops."""

def triangle(n):
    total = 0
    for i in range(n):
        for j in range(n):
            if (i + j) % 3 == 0:
                total += i * j
    return total

#: timed
print(triangle(450))
