#! expect = "exceeded: wall | exceeded: fuel | exceeded: memory | raised: MemoryError | completed"
x = 1 << 10 ** 9
x = x * x
