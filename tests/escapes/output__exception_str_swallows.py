#! expect = "exceeded: wall | exceeded: fuel"
class Endless(Exception):
    def __str__(self):
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass
raise Endless
