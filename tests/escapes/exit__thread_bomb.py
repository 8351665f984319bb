#! expect = "exceeded: wall | exceeded: fuel | exceeded: stack | exceeded: memory | raised: RuntimeError | raised: RecursionError | completed"
import threading
def more():
    threading.Thread(target=more).start()
    threading.Thread(target=more).start()
more()
