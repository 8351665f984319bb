#! expect = "raised: ValueError: bad"
error = ValueError("bad")
error.add_note("look at line 7")
raise error
#| <*>ValueError: bad
#| look at line 7
