#! expect = "exceeded: wall | exceeded: fuel"
try:
    while True:
        pass
except BaseException:
    pass
print("went on")
