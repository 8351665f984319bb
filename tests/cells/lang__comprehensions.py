x = "outer"
squares = [x * x for x in range(5)]
squares, x, {k: v for k, v in zip("ab", [1, 2])}, {n % 3 for n in range(9)}
#= ([0, 1, 4, 9, 16], 'outer', {'a': 1, 'b': 2}, {0, 1, 2})
# %%
n = 3
[[i * j for j in range(n)] for i in range(n)], sum(i for i in range(n) if i), [y for row in [[1, 2], [3]] for y in row]
#= ([[0, 0, 0], [0, 1, 2], [0, 2, 4]], 3, [1, 2, 3])
# %%
class Table:
    size = 2
    cells = [0 for _ in range(size)]
Table.cells
#= [0, 0]
