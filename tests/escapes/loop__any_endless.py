#! expect = "exceeded: wall | exceeded: fuel"
import itertools
any(itertools.repeat(False))
