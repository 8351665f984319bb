#! expect = "completed | raised: <*>"
import codecs, encodings
codecs.lookup = codecs.encode = codecs.decode = None
encodings.search_function = None
codecs.register(lambda name: 1 / 0)
# %%
print("ä漢")
#> ä漢
