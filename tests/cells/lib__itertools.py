from itertools import *
list(islice(count(5, 2), 3)), list(chain([1], [2, 3])), list(accumulate([1, 2, 3])), list(product("ab", repeat=2))[:3], list(combinations("abc", 2)), list(permutations([1, 2]))
#= ([5, 7, 9], [1, 2, 3], [1, 3, 6], [('a', 'a'), ('a', 'b'), ('b', 'a')], [('a', 'b'), ('a', 'c'), ('b', 'c')], [(1, 2), (2, 1)])
# %%
[(k, len(list(g))) for k, g in groupby("aabccc")], list(zip_longest([1], [2, 3])), list(pairwise("abc")), list(takewhile(lambda n: n < 3, count())), list(batched("abcde", 2))
#= ([('a', 2), ('b', 1), ('c', 3)], [(1, 2), (None, 3)], [('a', 'b'), ('b', 'c')], [0, 1, 2], [('a', 'b'), ('c', 'd'), ('e',)])
# %%
a, b = tee([1, 2])
list(a), list(b), list(starmap(pow, [(2, 3)])), list(compress("abc", [1, 0, 1])), list(dropwhile(str.isalpha, "ab1c")), list(repeat(0, 2)), list(filterfalse(None, [0, 1]))
#= ([1, 2], [1, 2], [8], ['a', 'c'], ['1', 'c'], [0, 0], [0])
