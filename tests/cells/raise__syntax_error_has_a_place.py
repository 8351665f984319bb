#! expect = "raised: SyntaxError"
x = 1
y = = 2
#|   File "<cell 1>", line 3
#|     y = = 2
#|         ^
#| SyntaxError: <*>
# %%
#! expect = "raised: NameError"
x
