total = 0
for n in range(200_000):
    total += n * n % 7
total
#= 399999
