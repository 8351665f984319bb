#! expect = "exceeded: wall | exceeded: fuel | exceeded: memory | raised: MemoryError | raised: OverflowError"
10 ** (10 ** 8) % 7
x = 9 ** (9 ** 9)
