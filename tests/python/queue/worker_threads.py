import queue, threading
q, out = queue.Queue(), []
for i in range(5): q.put(i)
def worker():
    while True:
        try:
            item = q.get_nowait()
        except queue.Empty:
            return
        out.append(item * item)
        q.task_done()
ts = [threading.Thread(target=worker) for _ in range(2)]
for t in ts: t.start()
for t in ts: t.join()
q.join()
print(sorted(out))
