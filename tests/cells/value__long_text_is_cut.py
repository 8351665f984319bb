"x" * 1_000_000
#= 'xxxxxxxxxx<*>xxxxxxxxxx'...[1000000 characters]
# %%
b"y" * 1_000_000
#= b'yyyyyyyyyy<*>yyyyyyyyyy'...[1000000 bytes]
# %%
"z" * 1_000
#= 'zzzzzzzzzz<*>zzzzzzzzzz'
