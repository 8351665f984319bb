#! expect = "completed | raised: <*> | exceeded: wall | exceeded: fuel"
import sys
def spin(*_):
    while True:
        pass
sys.addaudithook(spin)
