#! expect = "exceeded: wall | exceeded: fuel"
try:
    import _rlm_runtime
    class Mild(Exception):
        pass
    _rlm_runtime.CellInterrupt = Mild
except ImportError:
    pass
while True:
    try:
        while True:
            pass
    except Exception:
        pass
