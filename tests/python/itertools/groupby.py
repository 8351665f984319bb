from itertools import groupby
data = sorted(["apple", "avocado", "bean", "cherry", "corn"], key=lambda w: w[0])
print({k: list(g) for k, g in groupby(data, key=lambda w: w[0])})
print([(k, len(list(g))) for k, g in groupby("aaabbc")], [k for k, _ in groupby([1, 1, 2, 1])])
