#! expect = "exceeded: wall | exceeded: fuel | raised: RuntimeError | raised: OSError | raised: TypeError"
import asyncio
asyncio.run(asyncio.sleep(1000))
