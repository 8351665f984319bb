#! expect = "exceeded: wall | exceeded: fuel"
sum(range(10**13))
