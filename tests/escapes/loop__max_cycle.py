#! expect = "exceeded: wall | exceeded: fuel"
import itertools
max(itertools.cycle([1, 2]))
