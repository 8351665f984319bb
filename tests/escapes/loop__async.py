#! expect = "exceeded: wall | exceeded: fuel"
import asyncio
async def spin():
    while True:
        await asyncio.sleep(0)
await asyncio.gather(*[spin() for _ in range(10)])
# %%
#! expect = "exceeded: wall | exceeded: fuel | exceeded: memory"
async def again():
    asyncio.ensure_future(again())
    asyncio.ensure_future(again())
    await asyncio.sleep(0)
await again()
await asyncio.sleep(1000)
# %%
#! expect = "exceeded: wall | exceeded: fuel"
class Never:
    def __await__(self):
        while True:
            yield
await Never()
# %%
#! expect = "exceeded: wall | exceeded: fuel | raised: <*>"
async def endless():
    while True:
        yield 1
[x async for x in endless() if x > 1]
# %%
#! expect = "completed | raised: <*> | exceeded: <*>"
async def left():
    try:
        await asyncio.sleep(1000)
    finally:
        while True: pass
task = asyncio.ensure_future(left())
await asyncio.sleep(0)
# %%
import asyncio
async def fine():
    await asyncio.sleep(0)
    return 7
await fine()
#= 7
