#! expect = "exceeded: wall | exceeded: fuel"
#! expect.undone = false
while True:
    pass
