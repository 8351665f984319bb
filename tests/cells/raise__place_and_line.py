#! expect = "raised: ZeroDivisionError: division by zero"
def divide(a, b):
    return a / b

divide(1, 0)
#| Traceback (most recent call last):
#|   File "<cell 1>", line 5, in <module>
#|     divide(1, 0)
#|     ~~~~~~^^^^^^
#|   File "<cell 1>", line 3, in divide
#|     return a / b
#|            ~~^~~
#| ZeroDivisionError: division by zero
