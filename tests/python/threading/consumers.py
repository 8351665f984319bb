"""Threads that are begun before there is anything for them, in the ways of the queue module."""

import queue
import threading

tasks, done = queue.Queue(), []


def consume():
    while True:
        item = tasks.get()
        if item is None:
            break
        done.append(item * item)
        tasks.task_done()


threads = [threading.Thread(target=consume) for _ in range(3)]
for thread in threads:
    thread.start()
for n in range(10):
    tasks.put(n)
for _ in threads:
    tasks.put(None)
for thread in threads:
    thread.join()
print(sorted(done), tasks.empty())


class Worker(threading.Thread):
    def __init__(self, inbox, outbox):
        super().__init__(daemon=True)
        self.inbox, self.outbox = inbox, outbox

    def run(self):
        while True:
            self.outbox.put(self.inbox.get().upper())
            self.inbox.task_done()


inbox, outbox = queue.LifoQueue(), queue.SimpleQueue()
Worker(inbox, outbox).start()
for word in ("a", "b", "c"):
    inbox.put(word)
inbox.join()
print(sorted(outbox.get() for _ in range(3)))

# A producer that is begun first, and a pipeline of two.
first, second = queue.Queue(maxsize=100), queue.Queue()


def produce():
    for n in range(5):
        first.put(n)
    first.put(None)


def double():
    while (n := first.get()) is not None:
        second.put(2 * n)
    second.put(None)


threads = [threading.Thread(target=double), threading.Thread(target=produce)]
for thread in threads:
    thread.start()
got = []
while (n := second.get()) is not None:
    got.append(n)
for thread in threads:
    thread.join()
print(got, [thread.is_alive() for thread in threads])

try:
    threads[0].start()
except RuntimeError as error:
    print(error)
