#! expect = "exceeded: wall | exceeded: fuel"
#! expect.host_calls = 1000
while True:
    try:
        echo(1)
    except BaseException:
        pass
