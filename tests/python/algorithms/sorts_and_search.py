def quick(a):
    return a if len(a) < 2 else quick([x for x in a[1:] if x < a[0]]) + [a[0]] + quick([x for x in a[1:] if x >= a[0]])
def binary(a, x):
    lo, hi = 0, len(a)
    while lo < hi:
        mid = (lo + hi) // 2
        if a[mid] < x: lo = mid + 1
        else: hi = mid
    return lo
data = [(i * 7919) % 101 for i in range(30)]
print(quick(data) == sorted(data), binary(sorted(data), 50))
def merge(a):
    if len(a) < 2: return a
    m = len(a) // 2
    l, r, out = merge(a[:m]), merge(a[m:]), []
    while l and r: out.append((l if l[0] <= r[0] else r).pop(0))
    return out + l + r
print(merge(data) == sorted(data))
