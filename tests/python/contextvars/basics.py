import contextvars, asyncio
v = contextvars.ContextVar("v", default=0)
token = v.set(5)
print(v.get())
v.reset(token)
ctx = contextvars.copy_context()
print(v.get(), ctx.run(lambda: (v.set(9), v.get())[1]), v.get())
async def child(n):
    v.set(n)
    await asyncio.sleep(0)
    return v.get()
async def main():
    print(await asyncio.gather(child(1), child(2)), v.get())
asyncio.run(main())
