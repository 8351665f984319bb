import asyncio
async def job(n, delay):
    await asyncio.sleep(delay)
    print("done", n)
    return n
async def main():
    print(await asyncio.gather(job(1, 0.03), job(2, 0.01), job(3, 0.02)))
    done, pending = await asyncio.wait([asyncio.create_task(job(4, 0.01)), asyncio.create_task(job(5, 1))], return_when=asyncio.FIRST_COMPLETED)
    print(len(done), len(pending))
    for t in pending: t.cancel()
    for c in asyncio.as_completed([job(6, 0.02), job(7, 0.01)]):
        print(await c)
    try:
        await asyncio.wait_for(asyncio.sleep(1), 0.01)
    except asyncio.TimeoutError:
        print("timeout")
asyncio.run(main())
