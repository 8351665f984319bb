#! expect = "raised: SyntaxError: 'return' outside function (<cell 1>, line 3)"
print("never")
return 5
#|   File "<cell 1>", line 3
#|     return 5
#|     ^^^^^^^^
#| SyntaxError: 'return' outside function
