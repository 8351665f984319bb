import asyncio
async def main():
    q = asyncio.Queue(maxsize=2)
    async def producer():
        for i in range(4):
            await q.put(i)
        await q.put(None)
    async def consumer():
        got = []
        while (item := await q.get()) is not None:
            got.append(item)
            q.task_done()
        return got
    _, got = await asyncio.gather(producer(), consumer())
    print(got)
    sem, active, peak = asyncio.Semaphore(2), 0, 0
    async def limited():
        nonlocal active, peak
        async with sem:
            active += 1
            peak = max(peak, active)
            await asyncio.sleep(0.01)
            active -= 1
    await asyncio.gather(*(limited() for _ in range(5)))
    print(peak)
    e, lock = asyncio.Event(), asyncio.Lock()
    asyncio.get_running_loop().call_later(0.01, e.set)
    await e.wait()
    async with lock:
        print(lock.locked(), e.is_set())
asyncio.run(main())
