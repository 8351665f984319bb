async def f():
    pass
f()
print("after")
#> after
#2> <cell 1>:3: RuntimeWarning: coroutine 'f' was never awaited
#2>   f()
