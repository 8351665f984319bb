#! expect = "exceeded: memory | exceeded: wall | exceeded: fuel"
import sys
n = 0
while True:
    sys.intern("name" * 100 + str(n))
    n += 1
