import asyncio
async def fail():
    await asyncio.sleep(0.01)
    raise ValueError("x")
async def slow():
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        print("cancelled")
        raise
async def main():
    try:
        async with asyncio.TaskGroup() as g:
            g.create_task(fail()); g.create_task(slow())
    except* ValueError as e:
        print(e.exceptions)
    async with asyncio.TaskGroup() as g:
        a = g.create_task(asyncio.sleep(0, "a"))
    print(a.result())
    try:
        async with asyncio.timeout(0.01):
            await slow()
    except TimeoutError:
        print("timed out")
    print(await asyncio.gather(fail(), asyncio.sleep(0, 1), return_exceptions=True))
asyncio.run(main())
