#! expect = "completed | raised: <*> | exceeded: wall | exceeded: fuel"
import gc
def spin(*_):
    while True:
        pass
gc.callbacks.append(spin)
gc.collect()
