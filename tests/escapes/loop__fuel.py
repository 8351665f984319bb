#! limits.fuel = 50_000_000
#! expect = "exceeded: fuel: <*> of 50000000"
while True:
    pass
