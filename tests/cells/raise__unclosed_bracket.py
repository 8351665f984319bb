#! expect = "raised: SyntaxError"
print((1, 2)
#|   File "<cell 1>"<*>
#|     print((1, 2)
#| <*>
