def half(text):
    return int(text) / 2
None
# %%
#! expect = "raised: ValueError: invalid literal for int() with base 10: 'x'"
def twice(text):
    return half(text) * 4
twice("x")
#| Traceback (most recent call last):
#|   File "<cell 2>", line 4, in <module>
#|     twice("x")
#|     <*>
#|   File "<cell 2>", line 3, in twice
#|     return half(text) * 4
#|     <*>
#|   File "<cell 1>", line 2, in half
#|     return int(text) / 2
#|     <*>
#| ValueError: invalid literal for int() with base 10: 'x'
