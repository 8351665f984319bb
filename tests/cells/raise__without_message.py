#! expect = "raised: ValueError"
raise ValueError
# %%
#! expect = "raised: AssertionError"
assert 1 == 2
# %%
#! expect = "raised: AssertionError: sums"
assert 1 == 2, "sums"
# %%
#! expect = "raised: KeyError: 'k'"
{}["k"]
# %%
#! expect = "raised: StopIteration"
next(iter([]))
# %%
#! expect = "raised: KeyboardInterrupt"
raise KeyboardInterrupt
