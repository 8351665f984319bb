#! expect = "exceeded: wall | exceeded: fuel"
while True:
    try:
        while True:
            pass
    except:
        pass
