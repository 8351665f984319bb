async def double(n):
    return n * 2
await double(4)
#= 8
