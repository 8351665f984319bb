#! expect = "exceeded: wall | exceeded: fuel | completed | exceeded: memory"
d = {n * (2 ** 61 - 1): n for n in range(500_000)}
