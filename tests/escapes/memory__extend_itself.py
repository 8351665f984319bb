#! expect = "exceeded: memory | exceeded: wall | exceeded: fuel"
x = [0]
x.extend(n for n in x)
