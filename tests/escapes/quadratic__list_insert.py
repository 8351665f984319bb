#! expect = "exceeded: wall | exceeded: fuel | completed"
a = []
for n in range(3_000_000):
    a.insert(0, n)
