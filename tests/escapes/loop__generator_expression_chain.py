#! expect = "exceeded: wall | exceeded: fuel"
import itertools
list(zip(*[(n for n in itertools.count() if n < 0)] * 50))
