import queue, threading
q = queue.Queue()
q.put(1)
lock = threading.Lock()
with lock:
    got = q.get()
got, q.empty(), threading.current_thread().name
#= (1, True, 'MainThread')
