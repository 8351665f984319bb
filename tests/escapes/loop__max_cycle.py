#! expect = "exceeded: wall | exceeded: fuel | exceeded: memory"
import itertools
max(itertools.cycle([1, 2]))
