async def double(n):
    return n * 2
c = double(4)
try:
    c.send(None)
except StopIteration as stop:
    got = stop.value
got
#= 8
# %%
async def numbers():
    yield 1
    yield 2
async def collect():
    return [n async for n in numbers()]
try:
    collect().send(None)
except StopIteration as stop:
    got = stop.value
got
#= [1, 2]
