list(enumerate("ab", 1)), list(zip("ab", [1, 2, 3])), list(reversed([1, 2])), list(filter(None, [0, 1, 2])), any([0, 1]), all([]), list(map(max, [1, 5], [3, 2]))
#= ([(1, 'a'), (2, 'b')], [('a', 1), ('b', 2)], [2, 1], [1, 2], True, True, [3, 5])
# %%
#! expect = "raised: ValueError: zip() argument 2 is <*>"
list(zip([1, 2], [3], strict=True))
# %%
it = iter([1, 2, 3])
list(zip(it, it)), next(it, "none"), list(iter(lambda c=[3, 2, 1, 0]: c.pop(0), 0))
#= ([(1, 2)], 'none', [3, 2, 1])
# %%
#! expect = "raised: RuntimeError: dictionary changed size during iteration"
d = {1: 1}
for k in d:
    d[k + 1] = 1
