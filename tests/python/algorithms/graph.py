from collections import deque
import heapq
g = {"a": {"b": 1, "c": 4}, "b": {"c": 2, "d": 6}, "c": {"d": 3}, "d": {}}
def bfs(s, t):
    q, seen = deque([[s]]), {s}
    while q:
        p = q.popleft()
        if p[-1] == t: return p
        for n in g[p[-1]]:
            if n not in seen: seen.add(n); q.append(p + [n])
def dijkstra(s):
    d, h = {s: 0}, [(0, s)]
    while h:
        c, n = heapq.heappop(h)
        for m, w in g[n].items():
            if c + w < d.get(m, 1e9): d[m] = c + w; heapq.heappush(h, (c + w, m))
    return d
print(bfs("a", "d"), dijkstra("a"))
