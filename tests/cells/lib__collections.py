from collections import Counter, defaultdict, deque, OrderedDict, namedtuple, ChainMap
c = Counter("mississippi")
c.most_common(2), c["z"], (c - Counter("miss")).total(), sorted(c.elements())[:3]
#= ([('i', 4), ('s', 4)], 0, 7, ['i', 'i', 'i'])
# %%
d = defaultdict(list)
for word in "apple avocado banana".split():
    d[word[0]].append(word)
dict(d), len(d), "z" in d
#= ({'a': ['apple', 'avocado'], 'b': ['banana']}, 2, False)
# %%
q = deque(maxlen=3)
q.extend(range(5))
q.rotate(1)
P = namedtuple("P", "x y", defaults=[0])
list(q), P(1), P(1)._replace(y=5), ChainMap({"a": 1}, {"a": 2, "b": 3})["b"], list(OrderedDict(a=1, b=2))
#= ([4, 2, 3], P(x=1, y=0), P(x=1, y=5), 3, ['a', 'b'])
