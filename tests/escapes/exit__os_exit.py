#! expect = "exceeded: crash"
#! expect.undone = true
import os
os._exit(3)
