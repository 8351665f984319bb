#! context = "one two three"
whole = context
context = context.upper()
context
#= 'ONE TWO THREE'
# %%
whole
#= 'one two three'
# %%
del context
whole[4:7], len(whole)
#= ('two', 13)
# %%
del whole
import gc
gc.collect() >= 0
#= True
