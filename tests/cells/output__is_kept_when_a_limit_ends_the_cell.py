#! limits.fuel = 30_000_000
#! expect = "exceeded: fuel"
print("started")
#> started
while True:
    pass
