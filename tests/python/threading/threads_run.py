import threading
got = []
def work(n, k=0): got.append((n, k))
threads = [threading.Thread(target=work, args=(i,), kwargs={"k": i * 2}) for i in range(4)]
for t in threads: t.start()
for t in threads: t.join()
print(sorted(got), threads[0].is_alive(), threading.current_thread() is threading.main_thread())
class T(threading.Thread):
    def run(self): self.result = 42
t = T(daemon=True, name="mine")
t.start(); t.join(timeout=5)
print(t.result, t.name, t.daemon)
local = threading.local()
local.x = 1
print(local.x, threading.active_count() >= 1)
try:
    t.start()
except RuntimeError as error:
    print(error)
