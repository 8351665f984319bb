import threading
lock, r = threading.Lock(), threading.RLock()
print(lock.acquire(), lock.locked(), lock.acquire(blocking=False), lock.acquire(timeout=0.01))
lock.release()
with lock: print("held")
with r, r: print("twice")
try:
    lock.release()
except RuntimeError as error:
    print(error)
e = threading.Event()
print(e.is_set(), e.wait(0.01), e.set(), e.wait(), e.is_set())
s = threading.Semaphore(1)
print(s.acquire(), s.acquire(blocking=False), s.release())
c = threading.Condition()
with c: print(c.wait(timeout=0.01), c.notify_all())
total = 0
def add():
    global total
    for _ in range(1000):
        with lock: total += 1
ts = [threading.Thread(target=add) for _ in range(3)]
[t.start() for t in ts]; [t.join() for t in ts]
print(total)
