#! expect = "exceeded: wall | exceeded: fuel | raised: RuntimeError | completed"
import threading
lock = threading.Lock()
lock.acquire()
lock.acquire()
