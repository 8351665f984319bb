#! expect = "exceeded: wall | exceeded: fuel"
import itertools
sorted(range(10), key=lambda n: sum(itertools.repeat(n)))
