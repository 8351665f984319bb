people = [("bob", 3), ("ann", 3), ("cid", 1)]
sorted(people, key=lambda p: (-p[1], p[0])), sorted("bca", reverse=True), max(people, key=lambda p: p[1]), min([3, 1, 2]), min([], default="none")
#= ([('ann', 3), ('bob', 3), ('cid', 1)], ['c', 'b', 'a'], ('bob', 3), 1, 'none')
# %%
#! expect = "raised: TypeError: '<' not supported between instances of 'str' and 'int'"
sorted([1, "a"])
