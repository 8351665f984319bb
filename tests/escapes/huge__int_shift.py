#! expect = "exceeded: wall | exceeded: fuel | exceeded: memory | raised: MemoryError | raised: OverflowError"
x = 1 << 10 ** 11
