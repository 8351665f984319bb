import queue
q = queue.Queue(maxsize=2)
q.put(1); q.put(2)
print(q.full(), q.qsize(), q.get(), q.get(), q.empty())
for bad in [lambda: q.get_nowait(), lambda: q.get(timeout=0.01), lambda: q.get(block=False)]:
    try:
        bad()
    except queue.Empty:
        print("empty")
q.put(1); q.put(1)
try:
    q.put_nowait(3)
except queue.Full:
    print("full")
p, l = queue.PriorityQueue(), queue.LifoQueue()
for n in (3, 1, 2): p.put(n); l.put(n)
print([p.get() for _ in range(3)], [l.get() for _ in range(3)])
s = queue.SimpleQueue()
s.put("x")
print(s.get(), s.empty())
q.task_done(); q.task_done(); q.join() if q.unfinished_tasks == 0 else None
print(q.unfinished_tasks)
