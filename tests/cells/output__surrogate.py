print("a\ud800b")
#> a\ud800b
# %%
"a\ud800b"
#= 'a\ud800b'
