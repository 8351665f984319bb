#! expect = "exceeded: wall | exceeded: fuel"
import itertools
from collections import Counter
Counter(itertools.repeat(1))
# %%
#! expect = "exceeded: wall | exceeded: fuel"
import itertools
import heapq
heapq.nlargest(3, itertools.count())
# %%
#! expect = "exceeded: wall | exceeded: fuel"
import itertools
import statistics
statistics.fmean(itertools.repeat(1.0))
# %%
#! expect = "exceeded: wall | exceeded: fuel"
import itertools
import functools, operator
functools.reduce(operator.xor, itertools.count())
