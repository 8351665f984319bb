#! expect = "completed | exceeded: wall | exceeded: fuel"
a = ["x"]
for _ in range(60):
    a = [a, a]
a
