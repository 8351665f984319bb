#! expect = "exceeded: wall | exceeded: fuel"
import sys
while True:
    sys.stdout.write("")
