from concurrent.futures import ThreadPoolExecutor, as_completed, wait, Future
with ThreadPoolExecutor(max_workers=3) as pool:
    print(list(pool.map(lambda n: n * n, range(5))))
    fs = {pool.submit(pow, 2, n): n for n in range(4)}
    print(sorted((fs[f], f.result()) for f in as_completed(fs)))
    bad = pool.submit(lambda: 1 / 0)
    print(type(bad.exception()).__name__, bad.done())
    done, rest = wait([pool.submit(str, 1)])
    print(len(done), len(rest))
    called = []
    pool.submit(int, "7").add_done_callback(lambda f: called.append(f.result()))
print(called)
try:
    bad.result()
except ZeroDivisionError as error:
    print(error)
try:
    pool.submit(print)
except RuntimeError as error:
    print(error)
f = Future()
f.set_result(3)
print(f.result(timeout=1), f.cancelled(), list(ThreadPoolExecutor().map(lambda a, b: a + b, [1, 2], [3, 4])))
