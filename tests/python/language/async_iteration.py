import asyncio
async def agen(n):
    for i in range(n):
        await asyncio.sleep(0)
        yield i
class Manager:
    async def __aenter__(self):
        print("aenter")
        return self
    async def __aexit__(self, *a):
        print("aexit", a[0])
async def main():
    print([i async for i in agen(3)], {i: i async for i in agen(2)}, [i async for i in agen(5) if i % 2])
    async with Manager() as m:
        async for i in agen(1):
            print(i)
        else:
            print("else")
    print([await x for x in [asyncio.sleep(0, "a"), asyncio.sleep(0, "b")]])
    g = agen(2)
    print(await anext(g), await g.__anext__(), await anext(g, "end"))
asyncio.run(main())
