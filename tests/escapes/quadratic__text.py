#! expect = "exceeded: wall | exceeded: fuel | completed"
s = ""
for n in range(3_000_000):
    s = "ab" + s
