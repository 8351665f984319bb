from itertools import count, cycle, repeat, islice, takewhile, dropwhile, accumulate, chain, compress, starmap, zip_longest, tee, filterfalse, pairwise
print(list(islice(count(10, 2), 3)), list(islice(cycle("ab"), 5)), list(repeat(1, 2)), list(takewhile(lambda n: n < 3, [1, 2, 5, 1])), list(dropwhile(lambda n: n < 3, [1, 2, 5, 1])))
print(list(accumulate([1, 2, 3])), list(accumulate([3, 1, 2], max, initial=0)), list(chain("ab", [1])), list(chain.from_iterable([[1], [2]])), list(compress("abc", [1, 0, 1])), list(starmap(pow, [(2, 3)])))
print(list(zip_longest("ab", [1], fillvalue="-")), list(filterfalse(str.isdigit, "a1")), list(pairwise([1, 2, 3])), list(islice("abcdef", 1, 5, 2)))
a, b = tee([1, 2])
print(list(a), list(b))
