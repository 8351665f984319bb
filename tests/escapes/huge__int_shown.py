#! expect = "completed | raised: ValueError"
10 ** 100_000
