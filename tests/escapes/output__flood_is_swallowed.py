#! limits.wall_ms = 30_000
#! limits.fuel = 200_000_000_000
#! expect = "exceeded: output: <*> of 64 MiB"
while True:
    try:
        while True:
            print("x" * 100_000)
    except BaseException:
        pass
