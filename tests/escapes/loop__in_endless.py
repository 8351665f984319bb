#! expect = "exceeded: wall | exceeded: fuel"
import itertools
-1 in itertools.count()
