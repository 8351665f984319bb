#! expect = "exceeded: wall | exceeded: fuel | raised: RuntimeError | completed"
import _thread
def spin():
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
_thread.start_new_thread(spin, ())
