s = ""
for n in range(20_000):
    s += str(n % 10)
len(s), s[-5:]
#= (20000, '56789')
