#! expect = "exceeded: wall | exceeded: fuel"
tuple(1 for _ in iter(int, 1) if False)
