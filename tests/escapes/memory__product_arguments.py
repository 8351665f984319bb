#! expect = "exceeded: memory | raised: OverflowError | raised: MemoryError | exceeded: wall | exceeded: fuel"
import itertools
itertools.product([1, 2], repeat=10 ** 9)
