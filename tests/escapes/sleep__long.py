#! expect = "exceeded: wall"
import time
time.sleep(10 ** 6)
