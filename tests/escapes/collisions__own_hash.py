#! expect = "exceeded: wall | exceeded: fuel"
class Same:
    def __hash__(self):
        return 1
{Same() for _ in range(10 ** 7)}
