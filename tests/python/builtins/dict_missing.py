class D(dict):
    def __missing__(self, key):
        self[key] = value = key * 2
        return value
d = D(a=1)
print(d["a"], d["b"], d, d.get("zz"), "zz" in d)
