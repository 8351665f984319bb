import asyncio
async def main():
    loop = asyncio.get_running_loop()
    f = loop.create_future()
    loop.call_soon(f.set_result, 5)
    print(await f, await asyncio.to_thread(sum, [1, 2]), await loop.run_in_executor(None, str, 7))
    t = asyncio.create_task(asyncio.sleep(1), name="t")
    print(t.get_name(), t.cancel())
    try:
        await t
    except asyncio.CancelledError:
        print("cancelled", t.cancelled())
    print(await asyncio.shield(asyncio.sleep(0, "s")), len(asyncio.all_tasks()))
asyncio.run(main())
with asyncio.Runner() as runner:
    print(runner.run(asyncio.sleep(0, "r")), runner.run(asyncio.sleep(0, "again")))
try:
    asyncio.run(5)
except (TypeError, ValueError) as error:
    print("not a coroutine")
