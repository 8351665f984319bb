#! expect = "completed | exceeded: wall | exceeded: fuel | exceeded: memory"
import unicodedata
len(unicodedata.normalize("NFC", "a" + "\u0301\u0327" * 2_000_000))
# %%
#! expect = "completed | exceeded: wall | exceeded: fuel | exceeded: memory"
import difflib
difflib.SequenceMatcher(None, "ab" * 20_000, "ba" * 20_000).ratio()
