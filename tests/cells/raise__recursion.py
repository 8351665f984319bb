#! expect = "raised: RecursionError: maximum recursion depth exceeded<*>"
def down(n):
    return down(n + 1)
down(0)
# %%
def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)
deep(500)
#= 500
