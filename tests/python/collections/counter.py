from collections import Counter
c = Counter("mississippi")
print(c.most_common(2), c["s"], c["zz"], c.total(), sorted(c.elements())[:4], c)
c.update("sss"); c.subtract({"i": 10})
print(c["s"], c["i"], +c, c + Counter(a=1), c - Counter(s=100), Counter(a=3) & Counter(a=1), Counter(a=3) | Counter(b=1))
print(Counter(["a b", "a"]), Counter(), dict(Counter([1, 1])), Counter(a=1) == Counter(a=1, b=0), Counter(a=1) <= Counter(a=2))
del c["s"]
print("s" in c, c.most_common()[-1])
