#! expect = "exceeded: crash"
#! expect.undone = true
import os
os.abort()
