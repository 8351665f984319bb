#! expect = "raised: SyntaxError"
s = "abc
