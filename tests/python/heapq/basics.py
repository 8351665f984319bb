import heapq
h = [5, 1, 8, 3]
heapq.heapify(h)
heapq.heappush(h, 0)
print([heapq.heappop(h) for _ in range(3)], heapq.nlargest(2, [1, 9, 4]), heapq.nsmallest(2, ["ccc", "a", "bb"], key=len), heapq.heappushpop([2, 3], 1), heapq.heapreplace([2, 3], 1), list(heapq.merge([1, 4], [2, 3])))
tasks = []
for p, name in [(2, "b"), (1, "a"), (2, "a")]:
    heapq.heappush(tasks, (p, name))
print([heapq.heappop(tasks)[1] for _ in range(3)])
