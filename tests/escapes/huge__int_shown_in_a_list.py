#! expect = "completed | raised: ValueError | exceeded: wall | exceeded: fuel"
[1 << 100_000_000]
