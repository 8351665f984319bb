#! expect = "exceeded: wall | exceeded: fuel | exceeded: memory"
import itertools
dict(zip(itertools.count(), itertools.count()))
