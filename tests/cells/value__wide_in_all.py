[["x" * 100] * 200] * 200
#= [['xxx<*>...]<*>
# %%
len(repr([["x" * 100] * 200] * 200)) > 4_000_000
#= True
# %%
import collections
collections.Counter(range(1000)), collections.deque([1, 2], maxlen=3), collections.defaultdict(list, a=[1]), {1: 2}.keys()
#= (Counter({0: 1, 1: 1<*>...}), deque([1, 2], maxlen=3), defaultdict(<class 'list'>, {'a': [1]}), dict_keys([1]))
# %%
t = ([],)
t[0].append(t)
t
#= ([(...)],)
