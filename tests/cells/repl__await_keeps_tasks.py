import asyncio
async def later(n):
    await asyncio.sleep(0.1)
    return n * 2
await later(1)
#= 2
# %%
started = asyncio.get_running_loop().create_task(later(5)); await asyncio.sleep(0)
# %%
await started
#= 10
# %%
results = await asyncio.gather(*(later(n) for n in range(3)))
results
#= [0, 2, 4]
# %%
async def fails():
    raise ValueError("inside")
await fails()
#! expect = "raised: ValueError: inside"
#| Traceback (most recent call last):
#|   File "<cell 5>", line 3, in <module>
#|     await fails()
#|   File "<cell 5>", line 2, in fails
#|     raise ValueError("inside")
#| ValueError: inside
# %%
async with asyncio.timeout(1):
    x = await later(21)
def uses_it():
    return x
uses_it()
#= 42
# %%
asyncio.run(later(3))
#= 6
