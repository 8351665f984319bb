from itertools import product, permutations, combinations, combinations_with_replacement
print(list(product("ab", [1, 2])), list(product([0, 1], repeat=2)), list(permutations("abc", 2))[:3], list(combinations("abc", 2)), list(combinations_with_replacement("ab", 2)))
print(sum(1 for _ in permutations(range(6))), list(combinations([1], 2)), list(product()))
