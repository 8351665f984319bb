#! expect = "exceeded: wall | raised: RuntimeError | raised: OSError | completed"
import threading
threading.Event().wait(1000)
