#! expect = "exceeded: wall | exceeded: fuel | raised: RuntimeError"
import threading
def spin():
    while True:
        pass
for _ in range(100):
    threading.Thread(target=spin, daemon=True).start()
threading.Event().wait()
