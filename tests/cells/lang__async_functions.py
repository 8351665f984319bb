import asyncio
async def double(n):
    await asyncio.sleep(0)
    return n * 2
async def main():
    return await asyncio.gather(double(1), double(2))
asyncio.run(main())
#= [2, 4]
