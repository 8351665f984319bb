#! expect = "completed | raised: RecursionError | exceeded: stack | exceeded: wall | exceeded: fuel | exceeded: output"
class Phoenix:
    def __del__(self):
        Phoenix()
Phoenix()
