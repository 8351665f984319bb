#! expect = "raised: IndentationError"
if True:
x = 1
