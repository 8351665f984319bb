"""Pools of processes, with functions that any process finds."""

import math
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed, wait
from multiprocessing import Pool
from multiprocessing.pool import ThreadPool

with ProcessPoolExecutor(max_workers=2) as pool:
    print(list(pool.map(math.factorial, range(6))))
    futures = [pool.submit(pow, 2, n) for n in range(4)]
    print(sorted(future.result() for future in as_completed(futures)))
    done, left = wait([pool.submit(divmod, 7, n) for n in (2, 0)])
    print(len(done), len(left), sorted(type(future.exception()).__name__ for future in done))

with Pool(2) as pool:
    print(pool.map(abs, [-1, 2, -3]))
    print(pool.starmap(pow, [(2, 3), (3, 2)]))
    print(pool.apply(len, ("four",)))
    print(sorted(pool.imap_unordered(str.upper, "abc")))
    later = pool.apply_async(int, ("x",))
    try:
        later.get(timeout=30)
    except ValueError as error:
        print(error, later.ready(), later.successful())

with ThreadPool(3) as pool:
    told = []
    pool.map_async(str, range(3), callback=told.append).wait()
    print(told, list(pool.imap(bool, [0, 1])))
    pool.close()
    pool.join()

# All of a pool's arguments by place.
told = []
with ThreadPoolExecutor(1, "worker", told.append, ("ready",)) as pool:
    print(pool.submit(len, "abc").result(), told)
