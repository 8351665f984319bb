#! expect = "raised: ValueError: no such page"
fail("ValueError", "no such page")
#| Traceback (most recent call last):
#|   File "<cell 1>", line 2, in <module>
#|     fail("ValueError", "no such page")
#|     <*>
#| ValueError: no such page
# %%
#! expect = "raised: RuntimeError: strange"
fail("NoSuchKind", "strange")
# %%
#! expect = "raised: RuntimeError: sly"
fail("SystemExit", "sly")
# %%
#! expect = "raised: RuntimeError: not a class"
fail("print", "not a class")
# %%
try:
    fail("TimeoutError", "late")
except TimeoutError as error:
    kept = str(error)
kept
#= 'late'
# %%
#! expect = "raised: TypeError: echo() takes one argument"
echo()
# %%
#! expect = "raised: TypeError: echo() takes one argument"
echo(x=1)
# %%
#! expect = "raised: TypeError: add() needs a"
add()
# %%
#! expect = "raised: TypeError: add() has only a and b"
add(1, c=2)
