from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(4) as pool:
    results = list(pool.map(lambda n: n * 2, range(4)))
results
#= [0, 2, 4, 6]
