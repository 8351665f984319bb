#! expect = "exceeded: wall | exceeded: fuel | raised: RuntimeError"
import queue
queue.Queue().get()
