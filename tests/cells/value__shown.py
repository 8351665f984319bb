6 * 7
#= 42
# %%
"text"
#= 'text'
# %%
None
# %%
print("only printed")
#> only printed
# %%
x = 5
# %%
x; x + 1
#= 6
# %%
# only a comment
# %%
pass
# %%
[1.5, True, None, b"x", ...]
#= [1.5, True, None, b'x', Ellipsis]
# %%
if True:
    99
