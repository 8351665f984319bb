import asyncio
async def work(n):
    await asyncio.sleep(0)
    return n * 2
async def main():
    print(await work(1))
    print(await asyncio.gather(*(work(n) for n in range(4))))
    task = asyncio.create_task(work(5))
    print(task.done(), await task, task.done())
asyncio.run(main())
c = work(1)
print(type(c).__name__)
c.close()
