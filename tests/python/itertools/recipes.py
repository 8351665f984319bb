from itertools import islice, chain, repeat, count, groupby, accumulate, tee, zip_longest, cycle
def take(n, it): return list(islice(it, n))
def flatten(x): return list(chain.from_iterable(x))
def grouper(it, n): return list(zip_longest(*[iter(it)] * n))
def unique(it):
    seen = set()
    return [x for x in it if not (x in seen or seen.add(x))]
def run_length(s): return [(k, sum(1 for _ in g)) for k, g in groupby(s)]
def roundrobin(*its):
    pending = cycle(iter(i).__next__ for i in its)
    left = len(its)
    while left:
        try:
            for nxt in pending: yield nxt()
        except StopIteration:
            left -= 1
            pending = cycle(islice(pending, left))
print(take(3, count(5)), flatten([[1], [2, 3]]), grouper("abcde", 2), unique("abracadabra"), run_length("aaabb"), list(roundrobin("ABC", "D", "EF")))
