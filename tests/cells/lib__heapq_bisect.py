import heapq, bisect
h = [5, 1, 4]
heapq.heapify(h)
heapq.heappush(h, 0)
[heapq.heappop(h) for _ in range(4)], heapq.nlargest(2, [1, 3, 2]), heapq.nsmallest(1, "cab"), list(heapq.merge([1, 4], [2, 3]))
#= ([0, 1, 4, 5], [3, 2], ['a'], [1, 2, 3, 4])
# %%
a = [1, 3, 5]
bisect.insort(a, 4)
a, bisect.bisect_left(a, 3), bisect.bisect_right(a, 3)
#= ([1, 3, 4, 5], 1, 2)
